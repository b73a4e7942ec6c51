"""`python -m benchmarks [NAME...] [--short] [--json FILE]`; no name: all of them."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks import (
    boards,
    callbacks,
    checkout,
    coupon_codes,
    imports,
    ledger,
    passes,
    quotes,
    reads,
    reporting,
    rewards,
    season,
    servers,
    shopping,
    stores,
)
from benchmarks.measuring import BenchmarkFailed, split_cores
from benchmarks.reporting import Comparison
from benchmarks.setting import Setting
from jifen.embedded import EmbeddedError
from jifen.settings import BadSettings

COMPARISONS: dict[str, Callable[[Setting], Comparison]] = {
    "callbacks": callbacks.compare,
    "ledger": ledger.compare,
    "import": imports.compare,
    "shopping": shopping.compare,
    "checkout": checkout.compare,
    "stores": stores.compare,
    "passes": passes.compare,
    "reads": reads.compare,
    "codes": coupon_codes.compare,
    "quotes": quotes.compare,
    "rewards": rewards.compare,
    "boards": boards.compare,
    "season": season.compare,
}
BUSY_LOAD = 0.5


def main() -> int:
    """Measure what is named; the exit status is 0 well, 1 when a figure cannot be had."""
    parser = _parser()
    given = parser.parse_args()
    unknown = sorted(set(given.names) - COMPARISONS.keys())
    if unknown:
        parser.error(f"{unknown[0]}: known are {', '.join(COMPARISONS)}")
    tell = partial(print, file=sys.stderr, flush=True)
    load_before = os.getloadavg()[0]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers are stopped, files erased
    try:
        cores = split_cores()
        with servers.running(tell) as reached:
            setting = Setting(given.short, cores, reached, tell)
            found = [COMPARISONS[name](setting) for name in given.names or COMPARISONS]
    except (BenchmarkFailed, BadSettings, EmbeddedError) as failed:
        tell(f"benchmarks: {failed}")
        return 1
    except KeyboardInterrupt:
        return 130
    console = Console(width=None if sys.stdout.isatty() else 150)
    for comparison in found:
        reporting.show(comparison, console)
    _say_how(setting, console, load_before=load_before)
    if given.json:
        reporting.write(given.json, found, is_short=given.short, load_before=load_before)
    return 0


def _say_how(setting: Setting, console: Console, *, load_before: float) -> None:
    if setting.is_short:
        console.print("A short run: it shows that the benchmarks run, and measures nothing.")
    if not setting.cores.are_two:
        console.print("One core only: load and server disturbed each other.")
    if load_before > BUSY_LOAD:
        console.print(
            f"The load average was {load_before:.1f} before we began: others were at work."
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="ours beside others")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(COMPARISONS))
    parser.add_argument("--short", action="store_true", help="only show that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
