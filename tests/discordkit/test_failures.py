"""Nobody meets a traceback, silence, or "interaction failed": every error has words, at every exit."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from discord import app_commands

from bot.discordkit.responses.failures import TABLE, failure_for
from bot.domain import errors
from bot.domain.access import Capability
from bot.domain.scopes import Feature, Scope
from tests.rig import Rig, labels_of, words_of


def classes(root: type[errors.DomainError]) -> Iterator[type[errors.DomainError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from classes(kind)


EXAMPLES: dict[type[errors.DomainError], tuple[object, ...]] = {
    errors.ReconnectNeededError: ("luna",),
    errors.PausedError: ("luna",),
    errors.ScopeMissingError: (frozenset({Scope.WRITE_POST}),),
    errors.NotAllowedError: (Capability.REPLY,),
    errors.OffShiftError: ("luna", datetime(2026, 1, 1, tzinfo=UTC)),
    errors.PickCreatorError: ((),),
    errors.NotHereError: ("luna-id", 5),
    errors.WhichFanError: (((1, "Mia"), (2, "Tom")),),
    errors.HeldError: ("cleo", datetime(2026, 1, 1, tzinfo=UTC)),
    errors.RefusedByFanvueError: (("text is too long",),),
    errors.BusyError: (datetime(2026, 1, 1, tzinfo=UTC),),
    errors.FanvueChangedError: ("getEarnings", "data"),
    errors.LinkError: (errors.LinkProblem.EXPIRED,),
    errors.BadInputError: ("Give a number.",),
}


def example(kind: type[errors.DomainError], **more: object) -> errors.DomainError:
    if kind is errors.ScopeMissingError:
        more = {"handle": "luna", **more}
    if kind is errors.NotHereError:
        more = {"is_owner": True, **more}
    return kind(*EXAMPLES.get(kind, ()), **more)


@pytest.mark.parametrize("kind", sorted(classes(errors.DomainError), key=lambda kind: kind.__name__))
def test_every_error_of_ours_says_what_happened_and_what_to_do(kind: type[errors.DomainError]) -> None:
    assert kind in TABLE
    failure = failure_for(example(kind))
    assert failure.title
    assert failure.text
    assert "Error" not in failure.title + failure.text


@pytest.mark.parametrize("kind", [errors.ScopeMissingError, errors.ReconnectNeededError])
def test_only_the_owner_is_given_the_button_that_mends_a_connection(kind: type[errors.DomainError]) -> None:
    assert failure_for(example(kind)).features is not None
    assert failure_for(example(kind, is_owner=False)).features is None


@pytest.mark.parametrize(
    "error",
    [
        errors.PausedError("_luna_", is_owner=False),
        errors.ReconnectNeededError("_luna_", is_owner=False),
        example(errors.ScopeMissingError, handle="_luna_", is_owner=False),
    ],
)
def test_a_creators_name_stays_as_it_is_written(error: errors.DomainError) -> None:
    assert failure_for(error).title.startswith("@\\_luna\\_ ")


def test_a_missing_scope_offers_the_feature_that_brings_it() -> None:
    assert failure_for(example(errors.ScopeMissingError)).features == {Feature.POSTING}


def test_the_unforeseen_is_a_code_and_keeps_its_words_to_itself() -> None:
    failure = failure_for(ValueError("token=secret"))
    assert "secret" not in failure.title + failure.text
    assert "Code **" in failure.text


def test_an_error_a_command_wrapped_is_unwrapped() -> None:
    command = SimpleNamespace(name="x", qualified_name="x")
    wrapped = app_commands.CommandInvokeError(command, errors.NotConnectedError())  # type: ignore[arg-type]
    assert failure_for(wrapped).title == failure_for(errors.NotConnectedError()).title


async def test_a_command_that_breaks_answers_with_a_code(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="/insights/earnings*", kind="wrong_shape", times=None)
    shown = await connected.luna.slash(connected.desk, "insights earnings")
    assert "do not know" in words_of(shown)


async def test_a_button_of_an_older_version_says_so(connected: Rig) -> None:
    channel = connected.app.client.get_channel(connected.desk.id)
    from bot.discordkit.controls.components import button, view_of  # noqa: PLC0415 - needs the running loop

    await channel.send("old", view=view_of([button("Old", "retired", "1")]))  # type: ignore[union-attr]
    pressed = await connected.luna.click(connected.desk.last_message, label="Old")
    assert "older version" in words_of(pressed)


async def test_a_component_that_breaks_is_answered_too(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "account")
    await connected.app.stores.forget(connected.luna.id)
    pressed = await connected.luna.click(shown.response, label="Disconnect")
    assert "No Fanvue account" in words_of(pressed)
    assert "Connect Fanvue" in [label for m in [pressed.response, *pressed.followups] for label in labels_of(m)]
