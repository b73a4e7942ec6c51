"""Members and their points from an earlier programme, as that programme exports them."""
