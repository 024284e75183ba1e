"""`python -m sandbox.fanvue`: the sandbox's Fanvue on its own."""

import argparse
import asyncio
import signal

from . import SandboxFanvue


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.fanvue", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9002)
    parser.add_argument("--redirect", action="append", default=[], help="a redirect URI of the app; may be repeated")
    parser.add_argument("--webhook", help="the app's webhook address")
    parser.add_argument("--client-id", default="sandbox-client")
    parser.add_argument("--client-secret", default="sandbox-secret")
    parser.add_argument("--webhook-secret", default="whsec_sandbox_0123456789abcdef")
    parser.add_argument("--access-token-seconds", type=int, default=3600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate-limit", type=int, default=200)
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Runs until it is told to stop."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    sandbox = SandboxFanvue(
        client_id=options.client_id,
        client_secret=options.client_secret,
        webhook_secret=options.webhook_secret,
        redirect_uris=tuple(options.redirect),
        webhook_url=options.webhook,
        host=options.host,
        port=options.port,
        seed=options.seed,
        access_token_seconds=options.access_token_seconds,
    )
    sandbox.rate_limit = options.rate_limit
    async with sandbox:
        print(f"Sandbox Fanvue\n  play a fan   {sandbox.fan_url}\n  API          {sandbox.api_url}", flush=True)
        print(
            f"  OAuth        {sandbox.auth_url}/oauth2/auth\n  control      {sandbox.auth_url}/_control/state",
            flush=True,
        )
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(serve(read_arguments()))
