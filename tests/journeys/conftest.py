"""The whole program on real ports, with the simulator as WeChat."""

from tests.bot.conftest import begin, branded, http, mood, reached, town

__all__ = ["begin", "branded", "http", "mood", "reached", "town"]
