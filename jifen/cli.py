"""`jifen`: demo, serve, work, migrate, connect, brand, rules, publish, import, products ..."""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from jifen import VERSION, embedded
from jifen.settings import BadSettings, Settings, read, sealer
from loyalty.sealing import WrongMasterKey
from models import Role, db

Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 well, 1 refused or found wrong, 2 asked wrongly."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = _parser(words[:1]).parse_args(words)
    try:
        settings = read(os.environ)
        if given.data is not None:
            settings = msgspec.structs.replace(settings, data=given.data)
        command: Command = given.run
        return command(given, settings)
    except (BadSettings, WrongMasterKey, embedded.EmbeddedError) as refused:
        print(f"jifen: {refused}", file=sys.stderr)
        return 1
    except db.Refusal as refused:
        print(f"jifen: the database refuses: {refused}", file=sys.stderr)
        return 1
    except (ConnectionError, TimeoutError) as failed:
        print(f"jifen: the database cannot be reached: {failed}", file=sys.stderr)
        return 1
    except OSError as failed:
        print(f"jifen: {failed.strerror or failed}: {failed.filename or ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(command: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jifen", description="积分: a loyalty backend for WeChat")
    parser.add_argument("--version", action="version", version=f"jifen {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", type=Path, metavar="DIR", help="our own servers' files (default: .jifen)"
    )

    def add(name: str, run: Command, told: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told, parents=[common])
        command.set_defaults(run=run)
        return command

    demo = add("demo", _demo, "run everything on this machine, with a simulated WeChat")
    demo.add_argument("--port", type=int, help="where the page is; the server takes the next one")
    demo.add_argument("--fresh", action="store_true", help="forget all that was there before")
    demo.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    serve = add("serve", _serve, "answer HTTP: callbacks, the mini-program, docs, health")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8080)")
    serve.add_argument("--processes", type=int, default=1, help="web processes on one port")
    add("work", _work, "do what the clock and the inbox ask for")
    add("migrate", _migrate, "bring the database's schema up to date")
    connect = add("connect", _connect, "speak for a platform account from now on")
    connect.add_argument("file", type=Path, help="its kind and its credentials, in TOML")
    connect.add_argument(
        "--unchecked", action="store_true", help="keep it without asking its platform"
    )
    add("connections", _connections, "print the platform accounts we speak for")
    reading = add("read-products", _read_products, "read what the shops on platforms sell, now")
    reading.add_argument("shop", nargs="?", help="its scope, as `jifen connections` prints it")
    community = add("community", _community, "let a group of WeCom be a VIP group")
    community.add_argument("code", help="its rule is community:CODE")
    community.add_argument("corp", help="the corp's id")
    community.add_argument("chat", help="the group's id (chat_id)")
    community.add_argument("--capacity", type=int, default=200, help="how many it holds (200)")
    brand = add("brand", _brand, "say what the brand is called and looks like")
    brand.add_argument("--name-zh", metavar="NAME", help="its name in Chinese")
    brand.add_argument("--name-en", metavar="NAME", help="its name in English")
    brand.add_argument("--colour", metavar="#RRGGBB", help="its colour, such as #1d6b4f")
    brand.add_argument("--logo", type=Path, metavar="FILE", help="SVG, PNG, JPEG or WebP")
    rules = add("rules", _rules, "print the rules in force, or one as it can be edited")
    rules.add_argument("slot", nargs="?", help="such as reward:tote")
    publish = add("publish", _publish, "let a rule in a file of JSON hold from now on")
    publish.add_argument("slot", help="such as reward:tote")
    publish.add_argument("file", type=Path, help="its kind and its fields, in JSON")
    end = add("end", _end, "let the rule of a slot hold no more")
    end.add_argument("slot", help="such as reward:tote")
    _add_tables(add, command)
    link = add("link", _link, "let a chat consumer be a customer that was imported")
    link.add_argument("openid", help="the follower, as APP_ID:OPENID")
    link.add_argument("customer", help="the imported customer, as KIND:SCOPE:VALUE")
    _add_staff(commands, common)
    add("verify", _verify, "prove that the points ledger adds up")
    add("audit", _audit, "prove that the own store's prices follow from their rules")
    add("doctor", _doctor, "look at this machine and say what is missing")
    add("new-key", _new_key, "make a master key for JIFEN_MASTER_KEY")
    return parser


def _add_tables(
    add: Callable[[str, Command, str], argparse.ArgumentParser], command: Sequence[str]
) -> None:
    bring_in = add("import", _import, "read purchases from merchants' files")
    products = add("products", _products, "read what the own store sells from a file")
    balances = add("balances", _balances, "bring in members and points of an earlier programme")
    export = add("export", _export, "write members, balances, the ledger or what is owed to a file")
    if list(command) == ["import"]:  # the readers of tables take a second to load
        from connectors.files import command as of_files

        of_files.add_arguments(bring_in)
    elif list(command) == ["products"]:
        from connectors.products import command as of_products

        of_products.add_arguments(products)
    elif list(command) == ["balances"]:
        from connectors.balances import command as of_balances

        of_balances.add_arguments(balances)
    elif list(command) == ["export"]:
        from jifen import exporting

        exporting.add_arguments(export)


def _add_staff(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    told = "say who may sign in to the console"
    acts = commands.add_parser("staff", help=told, description=told).add_subparsers(
        required=True, metavar="ACT"
    )

    def add(name: str, run: Command, told: str) -> argparse.ArgumentParser:
        act = acts.add_parser(name, help=told, description=told, parents=[common])
        act.set_defaults(run=run)
        return act

    new = add(
        "add",
        _staff_add,
        "add someone, or give her another name, role and password;"
        " the password is asked for, or is the first line of the standard input",
    )
    new.add_argument("account", help="what she types to sign in")
    new.add_argument("--name", required=True, help="what the others call her")
    new.add_argument("--role", required=True, choices=[role.value for role in Role])
    new.add_argument("--wecom", metavar="USERID", help="her WeCom user, to sign in by a scan")
    left = add("leave", _staff_leave, "sign out someone who left, for good")
    left.add_argument("account")
    add("list", _staff_list, "print who may sign in, and who left")


def _demo(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import demo
    from jifen.demo_places import DemoRefused

    try:
        return demo.run(settings, port=given.port, fresh=given.fresh, as_json=given.json)
    except DemoRefused as refused:
        print(f"jifen: {refused}", file=sys.stderr)
        return 1


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    if given.processes > 1:  # before the figures are made: they are summed over processes
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="jifen-"))
    from jifen import app, running

    changed = {name: getattr(given, name) for name in ("host", "port") if getattr(given, name)}
    settings = msgspec.structs.replace(settings, **changed)
    with running.addresses(settings) as reached:
        app.serve_all(settings, reached, processes=given.processes)
    return 0


def _work(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import app, running

    with running.addresses(settings) as reached:
        app.work(settings, reached)
    return 0


def _migrate(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import running

    with running.addresses(settings) as reached:
        taken = asyncio.run(running.prepare(reached.database_url))
    print("\n".join(taken) if taken else "the database is up to date")
    return 0


def _with_database(settings: Settings, act: Callable[[], Awaitable[int]]) -> int:
    from jifen import running

    async def run(database_url: str) -> int:
        await running.prepare(database_url)
        async with db.opened(database_url, pool_size=settings.pool_size):
            return await act()

    with running.addresses(settings) as reached:
        return asyncio.run(run(reached.database_url))


def _connect(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import connecting

    seal = sealer(settings)
    return _with_database(
        settings,
        lambda: connecting.run(
            given.file,
            sealer=seal,
            is_checked=not given.unchecked,
            public_url=settings.public_url,
        ),
    )


def _connections(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import connecting

    return _with_database(settings, connecting.show)


def _read_products(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import product_reading, running

    with running.addresses(settings) as reached:
        asyncio.run(running.prepare(reached.database_url))
        return asyncio.run(product_reading.run(given.shop, settings, reached))


def _community(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import grouping

    seal = sealer(settings)
    return _with_database(
        settings,
        lambda: grouping.run(
            given.code, given.corp, given.chat, capacity=given.capacity, sealer=seal
        ),
    )


def _brand(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import branding

    colour = given.colour and given.colour.lower()
    return _with_database(
        settings, lambda: branding.run(given.name_zh, given.name_en, colour, given.logo)
    )


def _rules(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import rules

    return _with_database(settings, lambda: rules.show(given.slot))


def _publish(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import rules

    return _with_database(
        settings, lambda: rules.publish(given.slot, given.file, sealer_of=lambda: sealer(settings))
    )


def _end(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import rules

    return _with_database(settings, lambda: rules.end(given.slot))


def _import(given: argparse.Namespace, settings: Settings) -> int:
    from connectors.files import command
    from jifen import running

    with running.addresses(settings) as reached:
        asyncio.run(running.prepare(reached.database_url))
        gc.freeze()  # an import makes few cycles and many objects: look for cycles rarely
        gc.set_threshold(200_000, 50, 1000)
        return asyncio.run(command.run(given, database_url=reached.database_url))


def _products(given: argparse.Namespace, settings: Settings) -> int:
    from connectors.products import command

    return _with_database(settings, lambda: command.run(given))


def _balances(given: argparse.Namespace, settings: Settings) -> int:
    from connectors.balances import command

    return _with_database(settings, lambda: command.run(given, sealer=sealer(settings)))


def _export(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import exporting

    return _with_database(settings, lambda: exporting.run(given, sealer=sealer(settings)))


def _link(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import linking

    return _with_database(settings, lambda: linking.run(given.openid, given.customer))


def _staff_add(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import staffing

    return _with_database(
        settings, lambda: staffing.add(given.account, given.name, given.role, given.wecom)
    )


def _staff_leave(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import staffing

    return _with_database(settings, lambda: staffing.leave(given.account))


def _staff_list(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import staffing

    return _with_database(settings, staffing.show)


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import verifying

    return _with_database(settings, verifying.run)


def _audit(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import auditing

    seal = sealer(settings)
    return _with_database(settings, lambda: auditing.run(seal))


def _doctor(given: argparse.Namespace, settings: Settings) -> int:
    from jifen import doctor

    return doctor.run(settings)


def _new_key(given: argparse.Namespace, settings: Settings) -> int:
    from loyalty.sealing import new_master_key

    print(new_master_key())
    return 0


if __name__ == "__main__":
    sys.exit(main())
