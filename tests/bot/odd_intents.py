"""Intents of the tests' own: one that takes its time, one that fails, one that talks too much."""

import asyncio
from dataclasses import dataclass, field

from bot.router import intent
from bot.turn import Reply, Say, Turn

SLOWLY = "zzslowly"
BROKEN = "zzbroken"
AT_LENGTH = "zzatlength"
STRANGELY = "zzstrangely"
LONG = "积分" * 700
STRANGE = "a ]]> b <xml>&amp; 😀\x00\x08\x1f\ufffe \ud800 end"


@dataclass
class Mood:
    """How the odd intents behave in the test that runs."""

    pause_seconds: float = 0.0
    failures: int = 0
    runs: list[str] = field(default_factory=list)
    held: asyncio.Event | None = None

    def begin_anew(self) -> None:
        self.pause_seconds, self.failures, self.runs, self.held = 0.0, 0, [], None

    def hold(self) -> asyncio.Event:
        """Let no pause end before the event that this gives is set."""
        self.held = asyncio.Event()
        return self.held

    async def pause(self) -> None:
        await (asyncio.sleep(self.pause_seconds) if self.held is None else self.held.wait())


mood = Mood()


@intent(SLOWLY)
async def slowly(turn: Turn) -> Reply:
    mood.runs.append(turn.openid)
    await mood.pause()
    return Say(f"slow {len(mood.runs)}")


@intent(BROKEN)
async def broken(turn: Turn) -> Reply:
    mood.runs.append(turn.openid)
    if len(mood.runs) <= mood.failures:
        raise ZeroDivisionError("the intent is broken")
    return Say("whole again")


@intent(AT_LENGTH)
async def at_length(turn: Turn) -> Reply:
    mood.runs.append(turn.openid)
    await mood.pause()
    return Say(LONG)


@intent(STRANGELY)
async def strangely(turn: Turn) -> Reply:
    mood.runs.append(turn.openid)
    await mood.pause()
    return Say(STRANGE)
