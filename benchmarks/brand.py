"""A brand to measure with: the demo's rules, one official account, followers with points."""

import secrets
from datetime import timedelta

from benchmarks.messages import CallbackAccount, openid
from benchmarks.servers import Database
from jifen import running, seed
from jifen.credentials import LETTERS
from loyalty import customers, ledger, programme
from loyalty.connections import MiniProgramSettings, OfficialAccountSettings
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import IdentityKind, db
from web.context import now

FOLLOWERS = 2000


def new_account() -> CallbackAccount:
    """Return an account that nobody else knows."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(42))
    return CallbackAccount(
        app_id="wx" + secrets.token_hex(8),
        original_id="gh_" + secrets.token_hex(6),
        token=secrets.token_hex(12),
        encoding_aes_key=letters + "A",
    )


async def lay(found: Database, account: CallbackAccount, master_key: str) -> None:
    """Lay the demo's brand and its rules, with followers who are members with points."""
    await lay_rules(found, account, master_key)
    async with db.opened(found.url, pool_size=2):
        await _lay_followers(account)


async def lay_rules(found: Database, account: CallbackAccount, master_key: str) -> None:
    """Lay the demo's brand: its account, its rules and those it begins with, its one customer."""
    async with db.opened(found.url, pool_size=2):
        running.load_kinds()
        await programme.begin(at=now())
        await seed.seed(
            OfficialAccountSettings(
                app_id=account.app_id,
                app_secret="not asked",
                original_id=account.original_id,
                token=account.token,
                encoding_aes_key=account.encoding_aes_key,
            ),
            MiniProgramSettings(app_id="wx-benchmark", app_secret="not asked"),
            regular_openid=openid(account, 0),
            sealer=Sealer(master_key),
            at=now(),
        )


async def _lay_followers(account: CallbackAccount) -> None:
    """Let all followers be members whose points expire soon, so that a reply tells all it can."""
    at = now()
    names = [
        IdentityRef(IdentityKind.OPENID, account.app_id, openid(account, number))
        for number in range(FOLLOWERS)
    ]
    async with db.transaction():
        members = await customers.identify(
            [(name,) for name in names], at=at, through="official_account"
        )
    earned = [
        ledger.Earn(
            member_id=member,
            key=f"benchmark:{member}",
            at=at,
            points=100,
            expires_at=at + timedelta(days=20),
        )
        for member in members
        if isinstance(member, int)
    ]
    for outcome in await ledger.record(earned):
        outcome.unwrap()
