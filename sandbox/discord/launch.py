"""Runs a module exactly as `python -m module args...` would, with discord.py pointed at a stand-in.

    python -m sandbox.discord.launch --rest URL --gateway URL -- bot run

The addresses may also come from SANDBOX_DISCORD_REST and SANDBOX_DISCORD_GATEWAY (and, for pictures,
SANDBOX_DISCORD_CDN; otherwise `/cdn` beside the REST address).
"""

import argparse
import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import discord
import yarl

if TYPE_CHECKING:  # the launched program needs none of it
    from sandbox.discord.standin import StandInDiscord


def point_library(rest: str, gateway: str, cdn: str) -> None:
    """Sets the addresses discord.py uses from now on, in this process."""
    discord.http.Route.BASE = rest
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    discord.asset.Asset.BASE = cdn


@contextmanager
def pointed_at(standin: "StandInDiscord") -> Iterator[None]:
    """discord.py's addresses within this process, put back afterwards."""
    gateway = discord.gateway.DiscordWebSocket
    before = discord.http.Route.BASE, gateway.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    point_library(standin.api_url, standin.gateway_url, standin.cdn_url)
    try:
        yield
    finally:
        discord.http.Route.BASE, gateway.DEFAULT_GATEWAY, discord.asset.Asset.BASE = before


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    module, *rest = options.command
    cdn = options.cdn or str(yarl.URL(options.rest).with_path("/cdn"))
    point_library(options.rest, options.gateway, cdn)
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.discord.launch")
    for name in ("rest", "gateway", "cdn"):
        parser.add_argument(f"--{name}", default=os.environ.get(f"SANDBOX_DISCORD_{name.upper()}"), metavar="URL")
    parser.add_argument("command", nargs="+", metavar="module", help="the module to run and its arguments, after --")
    options = parser.parse_args(arguments)
    if not options.rest or not options.gateway:
        parser.error("--rest and --gateway are needed, or SANDBOX_DISCORD_REST and SANDBOX_DISCORD_GATEWAY")
    return options


if __name__ == "__main__":
    main(sys.argv[1:])
