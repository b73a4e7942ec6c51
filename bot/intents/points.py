"""积分: what she can spend, what is on its way, what lapses soon."""

from datetime import datetime

from bot.router import intent
from bot.turn import Reply, Say, Turn
from bot.wording import last_day
from loyalty.ledger import Balance
from web import boosts


@intent(
    "积分",
    "查积分",
    "我的积分",
    "积分查询",
    "余额",
    "points",
    "my points",
    "balance",
    key="points",
)
def show_points(turn: Turn) -> Reply:
    told = chinese if turn.language == "zh" else english
    lines = told(turn.balance, at=turn.at)
    if turn.boost:
        spoken = boosts.line(turn.boost, at=turn.at).spoken(turn.language)
        lines.append(f"{spoken}。" if turn.language == "zh" else f"{spoken}.")
    return Say("\n".join(lines))


def chinese(balance: Balance, *, at: datetime) -> list[str]:
    """Return the balance as lines in Chinese."""
    lines = [f"您有 {balance.available:,} 积分可用。"]
    if balance.pending:
        lines.append(f"另有 {balance.pending:,} 积分待到账，确认收货并过退货期后可用。")
    if balance.expiring and balance.expires_first_at:
        last = last_day(balance.expires_first_at, "zh", at=at)
        lines.append(f"其中 {balance.expiring:,} 积分 30 天内过期，最早 {last}。")
    if balance.debt:
        lines.append(f"有 {balance.debt:,} 积分因退款待扣回，将从之后到账的积分中抵扣。")
    return lines


def english(balance: Balance, *, at: datetime) -> list[str]:
    """Return the balance as lines in English."""
    lines = [f"You have {balance.available:,} points to spend."]
    if balance.pending:
        lines.append(f"{balance.pending:,} more are pending: yours once the return period is over.")
    if balance.expiring and balance.expires_first_at:
        last = last_day(balance.expires_first_at, "en", at=at)
        lines.append(f"{balance.expiring:,} of them expire within 30 days, the first on {last}.")
    if balance.debt:
        lines.append(
            f"{balance.debt:,} points are owed after a refund; your next points will pay them."
        )
    return lines
