"""`python -m simulator --settings FILE`: runs the small China until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import msgspec
from aiohttp import web

from simulator import settings as simulator_settings
from simulator.app import create_app
from simulator.settings import Settings
from simulator.state import StateUnreadable


def main(arguments: list[str] | None = None) -> int:
    """Runs until it is asked to stop. 2 where the settings or the state can not be read."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="JSON file, see README.md")
    parser.add_argument("--port", type=int, help="instead of the settings' port")
    parser.add_argument("--state", help="instead of the settings' state_file")
    given = parser.parse_args(arguments)
    try:
        settings = simulator_settings.read(given.settings)
        if given.port is not None:
            settings = msgspec.structs.replace(settings, port=given.port)
        if given.state is not None:
            settings = msgspec.structs.replace(settings, state_file=given.state)
        asyncio.run(serve(settings))
    except (OSError, msgspec.MsgspecError, StateUnreadable) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    return 0


async def serve(settings: Settings) -> None:
    """Listens until SIGINT or SIGTERM, then finishes in order. Raises: OSError, StateUnreadable."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        print(f"simulator: http://{host}:{port}/", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
