"""Mass messages: to whom, how many at most, always approved, sent once, counted and taken back."""

from typing import Any

from tests.rig import CREATOR, Rig, components_of, words_of


def desk_of(rig: Rig) -> Any:
    return rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))


def component(message: Any, verb: str) -> str:
    ids = (part.get("custom_id", "") for part in components_of(message))
    return next(one for one in ids if one.startswith(f"fv1:{verb}:"))


async def asked(rig: Rig, **options: Any) -> tuple[Any, Any]:
    """Cleo's draft to subscribers, and the question to the team."""
    await rig.luna.slash(rig.desk, "team grant", person=rig.members["cleo"], right="post")
    cleo = rig.members["cleo"]
    card = (await cleo.slash(rig.desk, "mass create", **options)).response
    assert "at least one list" in words_of(await cleo.click(card, label="Ask for approval")) + words_of(card)
    await cleo.select(card, ["smart:subscribers"], custom_id=component(card, "ma_to"))
    assert "as of now, each once" in words_of(card)
    question = await cleo.click(card, label="Ask for approval")
    return card, question.followups[-1]


def sent(rig: Rig, text: str) -> list[Any]:
    return [one for one in desk_of(rig).mass_messages if one.text == text]


async def test_a_mass_message_goes_to_its_lists_once_somebody_else_approved(connected: Rig) -> None:
    _, question = await asked(connected, text="Hello everybody")
    assert "Hello everybody" not in words_of(question)
    assert sent(connected, "Hello everybody") == []
    connected.fanvue.faults.add(operation="sendMassMessage", kind="applied_answer_cut", times=1)
    approved = await connected.luna.click(question, label="Approve")
    assert "people" in words_of(approved)
    (row,) = sent(connected, "Hello everybody")
    assert row.recipients


async def test_where_nobody_else_may_approve_the_way_out_is_one_that_leads_out(connected: Rig) -> None:
    card = (await connected.luna.slash(connected.desk, "mass create", text="Alone")).response
    await connected.luna.select(card, ["smart:subscribers"], custom_id=component(card, "ma_to"))
    refused = words_of(await connected.luna.click(card, label="Ask for approval"))
    assert "`/team grant` gives somebody the right to *approve what others wrote*" in refused
    assert "/post approval" not in refused, "no rule lets mass messages go without a second person"


async def test_whoever_is_on_an_excluded_list_gets_nothing(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="approve")
    card = (await connected.luna.slash(connected.desk, "mass create", text="Not all")).response
    await connected.luna.select(card, ["smart:subscribers"], custom_id=component(card, "ma_to"))
    await connected.luna.select(card, ["smart:subscribers"], custom_id=component(card, "ma_not"))
    assert "nobody on" in words_of(card)
    question = await connected.luna.click(card, label="Ask for approval")
    await connected.members["cleo"].click(question.followups[-1], label="Approve")
    (row,) = sent(connected, "Not all")
    assert row.recipients == []


async def test_results_are_listed_and_a_message_is_taken_back_after_a_second_look(connected: Rig) -> None:
    _, question = await asked(connected, text="Oops")
    await connected.luna.click(question, label="Approve")
    listed = await connected.luna.slash(connected.desk, "mass list")
    assert "Oops" in words_of(listed)
    (row,) = sent(connected, "Oops")
    one = await connected.luna.select(listed.response, [row.uuid])
    card = one.followups[-1] if one.followups else one.response
    await connected.luna.click(card, label="Recall")
    assert row.status == "SENT"
    await connected.luna.click(card, label="Take it back from everybody")
    assert row.status == "UNSENT"


async def test_media_are_found_by_blurred_pictures_and_added_to_a_draft(connected: Rig) -> None:
    listed = await connected.luna.slash(connected.desk, "media vault")
    assert listed.ephemeral
    assert {one.filename.partition("-")[0] for one in listed.response.attachments} == {"blurred"}
    shown = (await connected.luna.slash(connected.desk, "post create", text="From the vault")).response
    await connected.luna.click(shown, label="Add from vault")
    menu = next(part for part in components_of(shown) if part.get("options"))
    uuid = menu["options"][0]["value"]
    await connected.luna.select(shown, [uuid], custom_id=menu["custom_id"])
    assert "image" in words_of(shown) or "video" in words_of(shown)
    await connected.luna.click(shown, label="Post now")
    (post,) = [one for one in desk_of(connected).posts if one.text == "From the vault"]
    assert post.media_uuids == (uuid,)


async def test_files_are_brought_into_a_folder_of_the_vault(connected: Rig) -> None:
    folder = desk_of(connected).folders[0].name if desk_of(connected).folders else None
    options = {"folder": folder} if folder else {}
    shown = await connected.luna.slash(
        connected.desk, "media upload", file=("a.png", b"picture"), file2=("b.txt", b"words"), **options
    )
    assert "1 in the vault" in words_of(shown)
    assert "is no picture" in words_of(shown)
    found = await connected.luna.slash(connected.desk, "media vault", find="discord-")
    assert "discord-" in words_of(found).replace("\\", "")


async def test_a_folder_that_is_not_there_is_told_beside_the_files_that_are_in_the_vault(connected: Rig) -> None:
    options = {"file": ("a.png", b"picture"), "folder": "Nowhere"}
    shown = words_of(await connected.luna.slash(connected.desk, "media upload", **options))
    assert "1 in the vault" in shown
    assert "⚠️ Nowhere: " in shown


async def test_people_on_several_lists_count_once_and_those_left_out_not_at_all(connected: Rig) -> None:
    desk = desk_of(connected)
    vip, birthdays = (one for one in desk.custom_lists if one.members)
    birthdays.members[:] = [vip.members[0], *birthdays.members[1:]]
    together = set(vip.members) | set(birthdays.members)
    card = (await connected.luna.slash(connected.desk, "mass create", text="Counted")).response
    keys = [f"custom:{vip.uuid}", f"custom:{birthdays.uuid}"]
    await connected.luna.select(card, keys, custom_id=component(card, "ma_to"))
    assert f"{len(together)}** people as of now, each once" in words_of(card)
    await connected.luna.select(card, keys[1:], custom_id=component(card, "ma_not"))
    assert f"{len(together - set(birthdays.members))}** people as of now" in words_of(card)
    connected.fanvue.faults.add(operation="getCustomListMembers", kind=403, times=None)
    await connected.luna.select(card, [], custom_id=component(card, "ma_not"))
    assert f"Between **{len(vip.members)}** and **{len(vip.members) + len(birthdays.members)}** people" in words_of(
        card
    )
