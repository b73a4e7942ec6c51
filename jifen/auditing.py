"""`jifen audit`: prove that the own store's prices follow from their rules."""

from loyalty import checkout
from loyalty.sealing import Sealer


async def run(sealer: Sealer) -> int:
    """Print every order whose price differs; 1 where there is one."""
    done = await checkout.audit(sealer=sealer)
    for one in done.differences:
        told = f": {one.told}" if one.told else ""
        print(f"order {one.number} of member {one.member_id}: {one.rule}{told}")
    found = len(done.differences)
    told = f"{found} differences" if found else "same facts, same cart, same rules: same price"
    print(f"{done.orders} orders priced again: {told}")
    return 1 if found else 0
