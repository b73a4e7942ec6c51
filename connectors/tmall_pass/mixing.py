"""Tmall's hashes of the numbers that we hold, kept up by every worker."""

from datetime import datetime
from functools import partial

from connectors.tmall_pass.signature import mix_mobile
from loyalty import member_pass
from web.context import Context


async def mix_phones(context: Context, at: datetime) -> int:
    """Keep the hashes of numbers that have none yet, for every pass; return how many."""
    return sum(
        [
            await member_pass.mix(
                one.id,
                partial(mix_mobile, mix_key=one.settings.mix_key),
                sealer=context.sealer,
                at=at,
            )
            for one in context.passes.values()
        ]
    )
