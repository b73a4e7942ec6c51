"""How many orders purchases are: parts of one that was split up are one, as she placed it."""

# SQL over grouped rows of purchase; those that stand replaced are none.
ORDERS = """(count(*) FILTER (WHERE parent_number = '' AND state <> 'replaced')
 + count(DISTINCT (shop_id, parent_number))
   FILTER (WHERE parent_number <> '' AND state <> 'replaced'))"""
