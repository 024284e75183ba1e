"""Log lines: fields by an allow-list, events in fixed words, a code with what a person was shown one for."""

import ast
import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
CANARY = "canary-value"
DOCUMENT = ROOT / "docs" / "operations.md"
Calls = list[tuple[str, ast.Call]]


@pytest.fixture(scope="module")
def calls() -> Calls:
    """Every call of a module's ``log`` in the bot, with its place."""
    found = []
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name("log"), attr=level)) if level in LEVELS:
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    logs.configure("ERROR")


def test_every_field_that_is_logged_is_on_the_allow_list(calls: Calls) -> None:
    assert len(calls) > 20
    for place, call in calls:
        assert {keyword.arg for keyword in call.keywords} <= logs.ALLOWED, place


def test_every_event_is_a_fixed_word(calls: Calls) -> None:
    for place, call in calls:
        (event,) = call.args
        assert isinstance(event, ast.Constant), place
        assert re.fullmatch(r"[a-z_]+", str(event.value)), place


def test_every_event_worth_a_warning_is_explained_to_the_operator(calls: Calls) -> None:
    text = DOCUMENT.read_text()
    chapter = text[text.index("## Logs") : text.index("## Health")]
    named = set(re.findall(r"`([a-z_]+)`", chapter))
    beginnings = tuple(word for word in named if word.endswith("_"))
    endings = tuple(word for word in named if word.startswith("_")) or ("_cannot_store",)
    unexplained = {
        str(call.args[0].value)
        for _, call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"warning", "error", "critical"}
        and isinstance(call.args[0], ast.Constant)
    } - named
    unexplained = {event for event in unexplained if not event.startswith(beginnings) and not event.endswith(endings)}
    assert not unexplained


def test_a_field_that_is_not_on_the_list_is_not_written(written: io.StringIO) -> None:
    structlog.get_logger("bot.anything").warning("happened", code="7F3K", token=CANARY, text=CANARY)
    assert "code=7F3K" in written.getvalue()
    assert CANARY not in written.getvalue()


def test_a_line_that_cannot_be_written_is_lost_and_repeats_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    class FullDisk(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    logs.configure("DEBUG", FullDisk())
    logging.getLogger("somebody.else").error("sent %s", CANARY)
    structlog.get_logger("bot.anything").error("happened", token=CANARY)
    logs.configure("ERROR")
    assert CANARY not in capsys.readouterr().err


@pytest.mark.parametrize("level", ["DEBUG", "WARNING"])
def test_a_librarys_line_is_its_template_alone(level: str) -> None:
    stream = io.StringIO()
    logs.configure(level, stream)
    logging.getLogger("somebody.else").error("sent %s to https://host/%s", CANARY, CANARY, exc_info=ValueError(CANARY))
    logs.configure("ERROR")
    assert "sent %s to" in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert CANARY not in stream.getvalue()
