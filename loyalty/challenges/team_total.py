"""What a VIP group reaches together."""

from typing import Annotated, Literal

from msgspec import Meta

from loyalty.challenges import CHALLENGES, Challenge, Unit
from loyalty.errors import Refused
from loyalty.happenings import Happenings
from loyalty.happenings.teams import Team


@CHALLENGES.add("team_total")
class TeamTotal(Challenge, frozen=True):
    """What the members of a VIP group bought together in the round, net of refunds.

    In yuan or in orders. Orders count that were paid while their buyer was in the group. Each
    member who is in it claims for herself, once she has brought ``own_share`` of it at least.
    """

    looks_at = (Team,)

    team_slot: Annotated[str, Meta(pattern="^community:[a-z0-9_]{1,40}$")] = "community:vip"
    counts: Literal["spend", "orders"] = "spend"
    own_share: Annotated[int, Meta(ge=0, le=1_000_000)] = 1

    def counted_in(self) -> Unit:
        """Return what its targets are counted in."""
        return "yuan" if self.counts == "spend" else "orders"

    def team(self, happenings: Happenings) -> Team | None:
        """Return her group: the one that she is in, else that she was in last."""
        hers = [one for one in happenings.of(Team) if one.slot == self.team_slot]
        her = happenings.member_id
        return max(hers, key=lambda one: (her not in one.left_at, one.joined_at[her]), default=None)

    def shares(self, team: Team) -> dict[int, int]:
        """Return what each member of a group has brought, in fen or in orders."""
        if self.counts == "spend":
            return {mate: sum(one.kept_fen for one in of) for mate, of in team.orders.items()}
        return {mate: sum(one.kept_fen > 0 for one in of) for mate, of in team.orders.items()}

    def reached(self, happenings: Happenings) -> int:
        """Return the sum of all in full yuan, or all orders."""
        team = self.team(happenings)
        return self._whole(sum(self.shares(team).values())) if team else 0

    def lacks(self, happenings: Happenings) -> list[Refused]:
        """Return that she is not in the group, or has brought too little."""
        team = self.team(happenings)
        if team is None or happenings.member_id in team.left_at:
            return [Refused("not_in_team")]
        own = self._whole(self.shares(team).get(happenings.member_id, 0))
        if own < self.own_share:
            return [Refused("team_share_too_small", done=own, target=self.own_share)]
        return []

    def _whole(self, shared: int) -> int:
        return shared // 100 if self.counts == "spend" else shared
