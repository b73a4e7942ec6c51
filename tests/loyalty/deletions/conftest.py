"""A brand with members, whose ledger must add up after every test."""

from tests.loyalty.customers.conftest import lin, people, wang, zhao

__all__ = ["lin", "people", "wang", "zhao"]
