"""``python -m sandbox.soak --size short|full [promise ...]``: exit code 1 when a promise is broken."""

import argparse
import asyncio
import sys
import time

from bot import logs
from sandbox.soak import (
    alerting,
    benchmarking,
    fuzzing,
    greedy,
    kills,
    limits,
    lost_answers,
    posting,
    refreshing,
    replying,
    revoking,
    stories,
    uploads,
)
from sandbox.soak.promises import SIZES, Outcome, Promise, Size

PROMISES: dict[str, tuple[str, Promise]] = {
    "kills": ("every due card exactly once in each place, none lost, none forged", kills.cards_come_once),
    "alerts": ("many creators at speed: every due card exactly once", alerting.each_alert_comes_once),
    "replies": ("each reply reaches the fan once, or its author is told", replying.replies_arrive_or_are_told),
    "refresh": ("many tasks and processes, one refresh at a time", refreshing.one_refresh_at_a_time),
    "refresh-postgresql": ("the same on PostgreSQL", refreshing.one_refresh_at_a_time_on_postgresql),
    "refresh-kills": ("killed within a refresh: works again or asks to reconnect", refreshing.killed_and_well),
    "revoking": ("killed while a connection ends: no grant stays alive", revoking.ends_at_fanvue_too),
    "lost-answers": ("writes whose answer was cut are there once", lost_answers.each_write_is_there_once),
    "limits": (
        "everybody at full speed: Fanvue never says 429, no person waits for a machine",
        limits.no_call_is_refused,
    ),
    "uploads": ("a large file arrives and is never in memory as a whole", uploads.a_large_file_arrives),
    "discord-uploads": (
        "a large video by /post create arrives, through memory in pieces",
        uploads.a_large_file_passes_through,
    ),
    "posting": ("posts and mass messages are there once, or their author is told", posting.each_post_is_there_once),
    "fuzzing": ("no body makes a 5xx, nothing junk is stored", fuzzing.no_body_hurts),
    "greedy": ("silent connections and bombs: valid deliveries get through", greedy.valid_deliveries_get_through),
    "postgresql": ("the main job on PostgreSQL", stories.on_postgresql),
    "roles": ("the main job by several processes on PostgreSQL", stories.in_roles),
    "benchmarks": ("every benchmark measures", benchmarking.each_one_measures),
    "v1": ("the main job on the /v1 surface", stories.on_v1),
}
LIMIT_SECONDS = {"short": 120, "full": 3600}


async def _outcome(promise: Promise, size: Size, limit_seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(limit_seconds):
            return await promise(size)
    except TimeoutError as error:
        return Outcome(is_kept=False, detail=f"not done in time {error}")
    except Exception as error:  # noqa: BLE001 - what cannot be tried is not kept
        return Outcome(is_kept=False, detail=f"{type(error).__name__}: {error}")


async def main(size: str, chosen: list[str]) -> int:
    """Run the promises one after the other; 1 when one is broken."""
    began = time.perf_counter()
    broken = 0
    for name in chosen or PROMISES:
        title, promise = PROMISES[name]
        started = time.perf_counter()
        outcome = await _outcome(promise, SIZES[size], LIMIT_SECONDS[size])
        broken += not outcome.is_kept
        word = "kept  " if outcome.is_kept else "broken"
        print(f"{word} {name}: {title}; {outcome.detail} ({time.perf_counter() - started:.0f} s)", flush=True)
    print(f"{len(chosen or PROMISES) - broken} kept, {broken} broken, {time.perf_counter() - began:.0f} s", flush=True)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.soak", description="Run the bot long and roughly.")
    parser.add_argument("--size", choices=sorted(SIZES), default="short")
    names = ", ".join(PROMISES)
    parser.add_argument(
        "promise",
        nargs="*",
        choices=[*PROMISES, []],
        metavar="promise",
        help=f"{names}; all of them when none is named",
    )
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    logs.configure("ERROR")
    sys.exit(asyncio.run(main(options.size, list(options.promise))))
