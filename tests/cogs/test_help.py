"""People are told what they can do, and only that."""

from tests.rig import CREATOR, Rig, labels_of, words_of


async def test_somebody_without_an_account_is_offered_to_connect(rig: Rig) -> None:
    shown = await rig.luna.slash(rig.desk, "help")
    assert shown.ephemeral
    assert "/connect" in words_of(shown)
    assert "/post create" not in words_of(shown)
    assert labels_of(shown.response) == ["Connect"]


async def test_the_creator_sees_everything_in_a_server_and_no_server_commands_in_a_dm(connected: Rig) -> None:
    here = words_of(await connected.luna.slash(connected.desk, "help"))
    for command in ("/insights earnings", "/alerts channel", "/post create", "/team grant", "Reply"):
        assert command in here
    there = words_of(await connected.people["luna"].slash("help"))
    assert "/alerts dm" in there
    assert "/team" not in there
    assert "/alerts channel" not in there


async def test_a_chatter_sees_what_their_right_brings_and_nothing_more(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="reply")
    shown = await connected.members["cleo"].slash(connected.desk, "help")
    assert f"answers a fan as @{CREATOR}" in words_of(shown)
    assert "/insights" not in words_of(shown)
    assert labels_of(shown.response) == []


async def test_a_permission_that_was_not_given_is_left_out_and_offered(rig: Rig) -> None:
    await rig.connect(untick=("write:post",))
    shown = await rig.luna.slash(rig.desk, "help")
    assert "/post create" not in words_of(shown)
    assert labels_of(shown.response) == ["Add posting"]


async def test_a_new_server_is_greeted_once_with_a_button_that_connects(rig: Rig) -> None:
    guild = rig.app.client.get_guild(rig.guild.id)
    rig.app.client.dispatch("guild_join", guild)
    await rig.env.settle()
    (greeting,) = [message for message in rig.desk.history() if "Connect" in labels_of(message)]
    assert "/help" in words_of(greeting)
    pressed = await rig.luna.click(greeting, label="Connect")
    assert pressed.ephemeral
