"""What a cart costs: the engine beside Medusa's promotions and rules engines, without database."""

import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time_ns
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.measuring import BenchmarkFailed
from benchmarks.peers.laying import Promotions, lay_promotions
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.setting import Setting
from loyalty import programme
from loyalty.discounts import DISCOUNTS
from loyalty.facts import CartLine, Case, Facts
from loyalty.quotes.arithmetic import Priced, Proposal, merged, priced
from web.context import now

SEED = 6
CATEGORIES, BRANDS, CARTS = 8, 4, 40
SMALL, LARGE = (10, 20), (50, 100)
SMALL_GOAL, LARGE_GOAL = Goal("at_most", 0.3, "ms"), Goal("at_most", 5, "ms")
MEDUSA = Goal("at_most", 0.25)
PEERS = ("medusa", "json-rules-engine", "zen-engine")
Told = dict[str, Any]


class Answer(Struct, frozen=True):
    """What a peer says: processor time a cart, and what each cart saves.

    A rules engine knows no prices: of it, how many offers are for each cart.
    """

    micros: float
    saved: list[float]


def compare(setting: Setting) -> Comparison:
    """Price the same carts under the same offers, taking turns.

    Raises:
        BenchmarkFailed: a total is wrong, or not the best, or a peer does not answer.
    """
    programme.load_kinds()
    peers = lay_promotions()
    rounds, passes = (1, 2) if setting.is_short else (7, 25)
    setting.tell(f"quotes: {rounds} rounds of {passes * CARTS} carts each")
    rnd = Random(SEED)
    carts = [cart(rnd, SMALL[0]) for _ in range(CARTS)]
    large = [cart(rnd, LARGE[0]) for _ in range(CARTS)]
    took: dict[str, list[float]] = {name: [] for name in ("small", "mean", "large", *PEERS)}
    with TemporaryDirectory() as folder:
        fixture = Path(folder, "fixture.json")
        _check_totals(peers, fixture, carts)
        fixture.write_bytes(msgspec.json.encode({"carts": carts, "offers": offers(SMALL[1])}))
        for _ in range(rounds):
            middle, mean = _ours(carts, SMALL[1], passes)
            took["small"].append(middle)
            took["mean"].append(mean)
            took["large"].append(_ours(large, LARGE[1], max(1, passes // 5))[0])
            told = {name: _peer(peers, name, fixture, passes) for name in PEERS}
            if told["zen-engine"].saved != told["json-rules-engine"].saved:
                raise BenchmarkFailed("the rules engines find different offers")
            for name, answer in told.items():
                took[name].append(answer.micros / 1000)
    return Comparison("quotes", _rows(took), {}, _remarks())


def cart(rnd: Random, lines: int) -> Told:
    """Return a cart whose prices are whole yuan, so that a percent of a line is whole fen."""
    return {
        "rank": 1,
        "lines": [
            {
                "sku": f"s{place:03}",
                "category": f"c{rnd.randrange(CATEGORIES)}",
                "brand": f"b{rnd.randrange(BRANDS)}",
                "quantity": rnd.randint(1, 4),
                "price_fen": 100 * rnd.randint(1, 300),
            }
            for place in range(lines)
        ],
    }


def by_category() -> list[Told]:
    """Return one percentage a category: what every engine understands as we do."""
    return [{"code": f"c{n}", "percent": 3 + n, "category": f"c{n}"} for n in range(CATEGORIES)]


def offers(count: int) -> list[Told]:
    """Return of 20: 8 category %, 4 brand %, 3 thresholds, 2 buy-2-get-1, 2 tier %, 1 order %."""
    rnd, many = Random(SEED), count // 20
    found: list[Told] = []
    for n in range(8 * many):
        found.append({"percent": rnd.randint(3, 15), "category": f"c{n % CATEGORIES}"})
    for n in range(4 * many):
        found.append({"percent": rnd.randint(3, 15), "brand": f"b{n % BRANDS}"})
    for n in range(1, 3 * many + 1):
        found.append({"fen": 1_000 * n, "spend_fen": 20_000 * n})
    for n in range(2 * many):
        found.append({"buy": 2, "get": 1, "category": f"c{n % CATEGORIES}"})
    for n in range(2 * many):
        found.append({"percent": 5 + n, "rank": n + 1})
    found += [{"percent": 3}] * many
    return [{"code": f"o{n:03}", **one} for n, one in enumerate(found)]


def proposal(offer: Told, place: int) -> Proposal:
    """Return an offer as staff would publish it."""
    kind = "buy_x_get_y" if "buy" in offer else "fen_off" if "fen" in offer else "percent"
    body = {name: offer[name] for name in ("percent", "fen", "buy", "get") if name in offer}
    names = {"categories": "category", "brands": "brand"}
    body |= {many: [offer[one]] for many, one in names.items() if one in offer}
    conditions = []
    if "spend_fen" in offer:
        conditions.append({"kind": "min_spend", "fen": offer["spend_fen"]})
    if "rank" in offer:
        conditions.append({"kind": "tier_at_least", "rank": offer["rank"]})
    discount = DISCOUNTS.decode(kind, body | {"conditions": conditions})
    return Proposal(f"offer:{offer['code']}", place, discount)


def _case(told: Told) -> Case:
    facts = Facts(1, now(), tier_rank=told["rank"])
    return Case(facts, merged(CartLine(**line) for line in told["lines"]))


def _ours(carts: Sequence[Told], count: int, passes: int) -> tuple[float, float]:
    """Return the middle and the mean of the milliseconds of processor time that a cart takes."""
    proposals = [proposal(one, place) for place, one in enumerate(offers(count))]
    took = []
    for case in [_case(one) for one in carts] * passes:
        begun = process_time_ns()
        found = priced(case, proposals)
        took.append((process_time_ns() - begun) / 1e6)
        if not found.is_exact:
            raise BenchmarkFailed("a cart was not proved the cheapest")
    return statistics.median(took), statistics.mean(took)


def _check_totals(peers: Promotions, fixture: Path, carts: Sequence[Told]) -> None:
    """Hold our totals and Medusa's against plain arithmetic where all mean the same."""
    fixture.write_bytes(msgspec.json.encode({"carts": carts, "offers": by_category()}))
    theirs = _peer(peers, "medusa", fixture, 1).saved
    proposals = [proposal(one, place) for place, one in enumerate(by_category())]
    for told, medusa in zip(carts, theirs, strict=True):
        found: Priced = priced(_case(told), proposals)
        plain = sum(
            line["price_fen"] * line["quantity"] * (3 + int(line["category"][1:])) // 100
            for line in told["lines"]
        )
        if not plain == found.saved_fen == medusa:
            raise BenchmarkFailed(f"saved: {plain} by hand, {found.saved_fen}, Medusa {medusa}")


def _peer(peers: Promotions, name: str, fixture: Path, passes: int) -> Answer:
    program = (
        [peers.python, peers.rules] if name == "zen-engine" else [peers.node, peers.script, name]
    )
    told = subprocess.run(
        [*program, fixture, str(passes)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    if told.returncode:
        raise BenchmarkFailed(f"{name}: {told.stderr.decode()[-500:]}")
    return msgspec.json.decode(told.stdout, type=Answer)


def _rows(took: dict[str, list[float]]) -> list[Row]:
    unit, mean = "CPU ms", took["mean"]
    return [
        alone("10 lines, 20 offers: middle of all carts", unit, took["small"], goal=SMALL_GOAL),
        alone("50 lines, 100 offers: middle of all carts", unit, took["large"], goal=LARGE_GOAL),
        against("10 x 20, mean, beside Medusa's", unit, mean, took["medusa"], goal=MEDUSA),
        against("beside json-rules-engine, conditions only", unit, mean, took["json-rules-engine"]),
        against("beside zen-engine, conditions only", unit, mean, took["zen-engine"]),
    ]


def _remarks() -> list[str]:
    return [
        "Ours proves its choice the cheapest legal one, and says of each other offer why not.",
        "Medusa's is the arithmetic of its promotion module without its database: all stack.",
        f"Category percentages on {CARTS} carts came to the same fen by hand, by Medusa and by us.",
    ]
