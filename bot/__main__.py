"""``python -m bot``: run, migrate, doctor, backup, restore, rotate-keys, new-key, commands, rights."""

import argparse
import asyncio
import errno
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from bot import logs
from bot.settings import Settings, SettingsError, load

log = structlog.get_logger("bot")

SHORT_TURN_SECONDS = 0.0005
"""How long a thread keeps the interpreter while another wants it.

Neither what loads the rest at the start nor the database's thread keeps the event loop waiting for longer.
"""

YOUNG_OBJECTS = 10_000
"""After how many new ones garbage is looked for: one webhook and its card make a thousand that go by themselves."""

STOPPING = (signal.SIGTERM, signal.SIGINT)

OK = 0
NOT_DONE = 1
BAD_CONFIGURATION = 78

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EPIPE, errno.EIO, errno.EBADF}
"""What a full disk, a reader that is gone or a closed output answer; anything else is no word about it."""

NO_SETTINGS = {"new-key", "commands", "rights"}


class Parser(argparse.ArgumentParser):
    """Says so where its help cannot be written."""

    def print_help(self, file: Any = None) -> None:
        """Written at once: argparse looks at neither its writing nor its end."""
        print(self.format_help(), end="", file=file, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 78 for bad configuration, 69 for a missing service, 1 where its result cannot be written."""
    try:
        options = _parser().parse_args(arguments)
        if options.command != "run":
            status = _run_command(options)
            sys.stdout.flush()
            return status
    except OSError as error:
        if error.filename is None and error.errno not in UNWRITABLE:
            raise
        if error.filename is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries, and fails, once more
        print(f"{error.filename or 'Standard output'}: {error.strerror}.", file=sys.stderr)
        return NOT_DONE
    return _run_command(options)


def _run_command(options: argparse.Namespace) -> int:
    if options.command in NO_SETTINGS:
        return _without_settings(options)
    try:
        settings = load(Path(".env"))
    except SettingsError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return BAD_CONFIGURATION
    logs.configure(settings.log_level)
    gc.disable()
    if options.command == "run":
        return _until_done(_run(settings, options.role), when_stopped=OK)
    operations = _operations()
    commands: dict[str, Any] = {
        "migrate": lambda: operations.migrate_database(settings),
        "rotate-keys": lambda: operations.rotate_keys(settings),
        "doctor": lambda: operations.doctor(settings),
        "backup": lambda: operations.back_up(settings, options.file),
        "restore": lambda: operations.restore(settings, options.file),
    }
    return _until_done(commands[options.command](), when_stopped=NOT_DONE)


def _parser() -> Parser:
    parser = Parser(prog="python -m bot", description="Fanvue for your Discord team.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the bot")
    run.add_argument("--role", choices=["all", "gateway", "web", "worker"], default="all")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("doctor", help="check settings, keys, database, Discord and Fanvue")
    backup = commands.add_parser("backup", help="copy the SQLite database to a new file, while the bot runs")
    backup.add_argument("file", type=Path)
    restore = commands.add_parser("restore", help="put a backup in the SQLite database's place, while nothing runs")
    restore.add_argument("file", type=Path)
    commands.add_parser("rotate-keys", help="seal everything stored with the first key of TOKEN_KEYS")
    commands.add_parser("new-key", help="print a fresh key for TOKEN_KEYS")
    commands.add_parser("commands", help="print the slash commands as Markdown")
    rights = commands.add_parser("rights", help="write the table of rights at the end of a Markdown file anew")
    rights.add_argument("file", type=Path)
    return parser


def _without_settings(options: argparse.Namespace) -> int:
    if options.command == "new-key":
        from bot.vault.keyring import new_key  # noqa: PLC0415 - loaded for this command alone

        print(new_key())
    else:
        from bot import reference  # noqa: PLC0415 - loaded for this command alone

        if options.command == "rights":
            options.file.write_text(reference.with_rights_table(options.file.read_text()))
        else:
            print(reference.commands_markdown(), end="")
    return OK


async def _run(settings: Settings, role: str) -> int:
    """Call Discord, load the rest meanwhile, run."""
    from bot import starting  # noqa: PLC0415 - bad settings are told before anything heavy is loaded

    early = starting.begin(settings, role)
    sys.setswitchinterval(SHORT_TURN_SECONDS)
    operations = await asyncio.to_thread(_operations)
    status: int = await operations.run(settings, role, early)
    return status


def _operations() -> Any:
    """Everything there is; it stays, and to look through it for garbage meanwhile would take a quarter of the start."""
    from bot import operations  # noqa: PLC0415 - loaded when it is needed

    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()
    return operations


def _until_done(work: Coroutine[Any, Any, int], *, when_stopped: int) -> int:
    """Run it to its end, or until SIGTERM or SIGINT asks to stop; then stop in order, whatever else is asked.

    Its exit code, or ``when_stopped``.
    """

    async def until_asked() -> int:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop(*_: object) -> None:
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)
            with suppress(RuntimeError):  # it came to its end just now
                loop.call_soon_threadsafe(task.cancel)

        for number in STOPPING:
            signal.signal(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            log.info("stopped")
            if when_stopped != OK:
                print("It was stopped before its end: run it again.", file=sys.stderr)
            return when_stopped

    return asyncio.run(until_asked())


if __name__ == "__main__":
    sys.exit(main())
