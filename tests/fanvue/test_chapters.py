"""Every chapter used for real against the sandbox, on both surfaces, for oneself and for managed creators."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.fanvue import (
    agencies,
    chat_media,
    chats,
    comments,
    creators,
    fans,
    insights,
    lists,
    mass_messages,
    media,
    notifications,
    post_collections,
    posts,
    templates,
    tracking_links,
    uploads,
    users,
    vault,
    webhook_subscriptions,
)
from bot.fanvue.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
)
from bot.fanvue.mass_messages import Recipients
from bot.fanvue.paging import pages
from bot.fanvue.wire import OWN, ActingAs, Call
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.linked import Linked, linked

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(params=["", "/v1"], ids=["unversioned", "v1"])
async def luna(request: pytest.FixtureRequest, fanvue: SandboxFanvue) -> AsyncIterator[Linked]:
    async with linked(fanvue, surface=request.param) as account:
        yield account


@pytest.fixture
async def agency(fanvue: SandboxFanvue) -> AsyncIterator[Linked]:
    async with linked(fanvue, "northstar_agency") as account:
        yield account


async def everything(account: Linked, first: Call[Any], limit: int = 10_000) -> list[Any]:
    return [row async for row in pages(account.send, first, limit)]


async def some_fan(account: Linked, acting_as: ActingAs = OWN) -> str:
    """A fan with a chat who can be written to."""
    for chat in await everything(account, chats.list_chats(acting_as)):
        try:
            await account.send(chats.send_message(chat.user.uuid, "hello", acting_as))
        except InvalidRequestError:
            continue
        return str(chat.user.uuid)
    raise AssertionError("nobody can be written to")


async def managed(account: Linked) -> ActingAs:
    """A creator the agency may act for."""
    return ActingAs((await account.send(creators.list_creators())).data[0].uuid)


async def test_who_one_is(luna: Linked) -> None:
    me = await luna.send(users.current_user())
    account = await luna.send(users.account())
    assert (me.handle, me.is_creator) == ("lunavale", True)
    assert me.uuid == account.uuid
    assert account.account.earnings.total > 0


@pytest.mark.parametrize(
    "first",
    [
        chats.list_chats(size=7),
        posts.list_posts(size=7),
        notifications.list_notifications(size=7),
        fans.list_followers(size=7),
        fans.list_subscribers(size=7),
        media.list_media(size=7),
        insights.top_spenders(size=7),
        templates.list_templates(size=7),
        lists.smart_members("subscribers", size=7),
    ],
    ids=lambda call: call.operation_id,
)
async def test_a_long_list_is_the_same_in_small_pieces_and_in_large_ones(luna: Linked, first: Call[Any]) -> None:
    small = [row.identity for row in await everything(luna, first)]
    large = [row.identity for row in await everything(luna, first.with_query(("size", "50")))]
    assert small == large
    assert len(small) == len(set(small)) > 0


async def test_earnings_add_up_to_their_summary(fanvue: SandboxFanvue) -> None:
    async with linked(fanvue) as luna:
        end = datetime.now(UTC)
        start = end - timedelta(days=28)
        rows = await everything(luna, insights.earnings(start=start, end=end))
        summary = await luna.send(insights.earnings_summary(start, end, timezone="Europe/Berlin"))
        assert sum(row.gross for row in rows) == sum(day.gross for day in summary.over_time) > 0
        assert sum(row.net for row in rows) == sum(part.net for part in summary.breakdown_by_source.values())
        tips = await everything(luna, insights.earnings(start=start, end=end, sources=["tip"]))
        assert {row.source for row in tips} == {"tip"}


async def test_the_other_insights_are_read(luna: Linked) -> None:
    end = datetime.now(UTC)
    spender = (await luna.send(insights.top_spenders())).data[0]
    assert spender.gross > 0
    one = await luna.send(insights.fan(spender.user.uuid))
    assert one.spending.total.total > 0
    bulk = await luna.send(insights.bulk_fans([spender.user.uuid, NOBODY]))
    assert bulk.results[spender.user.uuid] == one
    assert bulk.errors[0].fan_uuid == NOBODY
    batch = await luna.send(insights.batch_fans([spender.user.uuid, NOBODY]))
    assert batch[spender.user.uuid].error is None
    assert batch[NOBODY].error
    assert 0 <= (await luna.send(insights.percentile())).percentile <= 100
    days = await everything(luna, insights.subscribers(start=end - timedelta(days=28), end=end))
    assert len(days) >= 28
    assert all(row.gross < 0 for row in await everything(luna, insights.spending()))


async def test_a_chat_is_read_without_being_marked_as_read(luna: Linked, fanvue: SandboxFanvue) -> None:
    fan = await some_fan(luna)
    handle = next(chat.user.handle for chat in await everything(luna, chats.list_chats()) if chat.user.uuid == fan)
    await fanvue.fan_writes("lunavale", handle, "are you there?")
    before = await luna.send(chats.unread())
    messages = await everything(luna, chats.list_messages(fan, size=3))
    assert (messages[0].text, messages[0].sender.uuid) == ("are you there?", fan)
    assert len({message.uuid for message in messages}) == len(messages)
    assert await luna.send(chats.unread()) == before
    await luna.send(chats.update_chat(fan, is_read=True, nickname="Sam"))
    assert (await luna.send(chats.unread())).unread_chats_count == before.unread_chats_count - 1
    chat = next(chat for chat in await everything(luna, chats.list_chats()) if chat.user.uuid == fan)
    assert (chat.is_read, chat.user.nickname) == (True, "Sam")


async def test_a_message_is_sent_found_and_taken_back(luna: Linked) -> None:
    fan = await some_fan(luna)
    uuid = (await luna.send(chats.send_message(fan, "see you"))).message_uuid
    newest = (await luna.send(chats.list_messages(fan, size=1))).data[0]
    assert (newest.uuid, newest.text) == (uuid, "see you")
    batch = await luna.send(chat_media.batch_messages([fan, NOBODY], limit=1))
    assert batch.by_chat[fan].messages[0].uuid == uuid
    assert batch.by_chat[NOBODY].error
    await luna.send(chats.delete_message(fan, uuid))
    assert uuid not in {message.uuid for message in await everything(luna, chats.list_messages(fan))}


async def test_refusals_say_why(luna: Linked) -> None:
    fan = await some_fan(luna)
    for call in (
        chats.send_message(fan, "x" * 5001),
        chats.send_message(fan, "too cheap", price=299),
        chats.send_message(fan, ""),
        posts.create_post("everybody", "hi"),
    ):
        with pytest.raises(InvalidRequestError) as caught:
            await luna.send(call)
        assert caught.value.reasons
        assert not any("xxx" in reason for reason in caught.value.reasons)
    with pytest.raises(NotFoundError):
        await luna.send(chats.list_messages(NOBODY))
    with pytest.raises(InvalidRequestError):
        await luna.send(chats.send_message("no-uuid", "hi"))


async def test_statuses_media_and_templates_are_read(luna: Linked) -> None:
    fan = await some_fan(luna)
    assert fan in await luna.send(chats.statuses([fan]))
    await everything(luna, chat_media.list_chat_media(fan, limit=5))
    first = (await everything(luna, templates.list_templates()))[0]
    assert (await luna.send(templates.template(first.uuid))).uuid == first.uuid


async def test_a_post_lives_from_schedule_to_end(luna: Linked) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    made = await luna.send(posts.create_post("subscribers", "soon", publish_at=at))
    assert (made.publish_at, made.published_at) == (at, None)
    changed = await luna.send(posts.update_post(made.uuid, text="now", publish_at=None))
    assert (changed.text, changed.publish_at) == ("now", None)
    assert (await luna.send(posts.pin_post(made.uuid))).is_pinned
    assert not (await luna.send(posts.unpin_post(made.uuid))).is_pinned
    await luna.send(posts.repost(made.uuid))
    comment = await luna.send(comments.create_comment(made.uuid, "mine"))
    assert [row.text for row in await everything(luna, comments.list_comments(made.uuid))] == ["mine"]
    await luna.send(comments.delete_comment(made.uuid, comment.uuid))
    assert await everything(luna, comments.list_likes(made.uuid)) == []
    assert await everything(luna, comments.list_tips(made.uuid)) == []
    await luna.send(posts.delete_post(made.uuid))
    with pytest.raises(NotFoundError):
        await luna.send(posts.post(made.uuid))


async def test_collections_are_kept(luna: Linked) -> None:
    made = await luna.send(post_collections.create_collection("Sea"))
    await luna.send(post_collections.rename_collection(made.uuid, "Lake"))
    labels = {row.uuid: row.label for row in (await luna.send(post_collections.list_collections())).data}
    assert labels[made.uuid] == "Lake"
    await luna.send(post_collections.delete_collection(made.uuid))


async def test_a_custom_list_is_kept(luna: Linked) -> None:
    fan = await some_fan(luna)
    made = await luna.send(lists.create_custom_list("VIP test"))
    with pytest.raises(ConflictError):
        await luna.send(lists.create_custom_list("VIP test"))
    assert (await luna.send(lists.add_members(made.uuid, [fan]))).added == 1
    assert [row.uuid for row in await everything(luna, lists.custom_members(made.uuid))] == [fan]
    await luna.send(lists.remove_member(made.uuid, fan))
    await luna.send(lists.rename_custom_list(made.uuid, "VIP other"))
    assert "VIP other" in {row.name for row in await everything(luna, lists.custom_lists())}
    await luna.send(lists.delete_custom_list(made.uuid))
    assert {row.uuid for row in await luna.send(lists.smart_lists())} >= {"subscribers", "followers"}


async def test_an_upload_ends_as_a_message(luna: Linked) -> None:
    data = b"\x89PNG" + b"x" * 1000
    session = await luna.send(uploads.create_session("pic", "pic.png", "image", size_bytes=len(data)))
    address = await luna.send(uploads.part_url(session.upload_id, 1))
    part = await uploads.put_part(luna.client.connections, address, 1, data, allows_loopback=True)
    await luna.send(uploads.complete_session(session.upload_id, [part]))
    for _ in range(20):
        found = await luna.send(media.media(session.media_uuid, variants=["main"]))
        if found.is_final:
            break
    assert found.status == "ready"
    fan = await some_fan(luna)
    sent = await luna.send(chats.send_message(fan, "look", media=[session.media_uuid], price=500))
    message = (await luna.send(chats.list_messages(fan, size=1))).data[0]
    assert (message.uuid, message.media_uuids) == (sent.message_uuid, (session.media_uuid,))
    assert message.pricing is not None
    assert message.pricing["USD"].price == 500


async def test_the_vault_is_sorted(luna: Linked) -> None:
    item = (await everything(luna, media.list_media(), 1))[0]
    name = "Beach / 2026?"
    await luna.send(vault.create_folder(name))
    assert (await luna.send(vault.attach_media(name, [item.uuid]))).added_count == 1
    assert [row.uuid for row in await everything(luna, vault.folder_media(name))] == [item.uuid]
    assert (await luna.send(vault.folder(name))).media_count == 1
    await luna.send(vault.detach_media(name, item.uuid))
    await luna.send(vault.rename_folder(name, "Sea"))
    assert "Sea" in {row.name for row in await everything(luna, vault.list_folders())}
    await luna.send(vault.delete_folder("Sea"))


async def test_media_are_found_in_bulk(luna: Linked) -> None:
    item = (await everything(luna, media.list_media(), 1))[0]
    found = await luna.send(media.bulk_media([item.uuid, NOBODY], variants=["main"]))
    assert found.results[item.uuid] is not None
    assert found.errors[0].media_uuid == NOBODY


async def test_a_mass_message_is_scheduled_changed_and_taken_back(luna: Linked) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    made = await luna.send(mass_messages.send_mass_message(Recipients(smart=["subscribers"]), "hi all", at=at))
    assert made.recipient_count > 0
    await luna.send(mass_messages.update_mass_message(made.id, text="hello all"))
    texts = {row.uuid: row.text for row in await everything(luna, mass_messages.list_mass_messages())}
    assert texts[made.id] == "hello all"
    await luna.send(mass_messages.delete_mass_message(made.id))


async def test_a_tracking_link_counts(luna: Linked) -> None:
    made = await luna.send(tracking_links.create_link("bio", "instagram"))
    found = await everything(luna, tracking_links.list_links(limit=2))
    assert made.uuid in {row.uuid for row in found}
    for link in found:
        for user in await everything(luna, tracking_links.link_users(link.uuid, limit=5), 3):
            await luna.send(tracking_links.user_metadata(link.uuid, user.uuid))
    await luna.send(tracking_links.delete_link(made.uuid))


async def test_a_webhook_address_is_registered_and_removed(luna: Linked) -> None:
    made = await luna.send(
        webhook_subscriptions.create_subscription("https://bot.example/hook", ["creator.message.received"])
    )
    assert made.signing_secret
    assert "signing" not in repr(made)
    assert made.id in {row.id for row in (await luna.send(webhook_subscriptions.list_subscriptions())).data}
    await luna.send(webhook_subscriptions.delete_subscription(made.id))


async def test_an_agency_acts_for_the_creators_it_manages(agency: Linked, fanvue: SandboxFanvue) -> None:
    creator = await managed(agency)
    assert (await agency.send(users.account(creator))).uuid == creator.creator
    fan = await some_fan(agency, creator)
    sent = await agency.send(chats.send_message(fan, "from the team", creator))
    newest = (await agency.send(chats.list_messages(fan, creator, size=1))).data[0]
    assert newest.uuid == sent.message_uuid
    end = datetime.now(UTC)
    assert (await agency.send(insights.earnings_summary(end - timedelta(days=7), end, creator))).over_time
    made = await agency.send(posts.create_post("subscribers", "hi", creator))
    await agency.send(posts.delete_post(made.uuid, creator))
    assert (await agency.send(fans.online_subscribers(creator, limit=3))).count >= 0
    assert agency.ledger()[0] == ("listCreators", 200)


async def test_an_agency_sees_across_its_creators(agency: Linked) -> None:
    end = datetime.now(UTC)
    start = end - timedelta(days=3)
    mine = {row.uuid for row in await everything(agency, creators.list_creators())}
    assert {row.creator_uuid for row in await everything(agency, agencies.list_chats())} == mine
    assert {row.creator_uuid for row in await everything(agency, agencies.list_subscribers())} == mine
    days = await everything(agency, agencies.list_earnings(start, end, creators=sorted(mine)[:1]))
    assert {row.creator_uuid for row in days} == set(sorted(mine)[:1])
    assert await everything(agency, agencies.list_subscriber_days(start, end))
    assert await agency.send(agencies.team_members())
    await agency.send(agencies.leaderboard(start=start, end=end))


async def test_a_creator_who_is_no_agency_is_told_so(luna: Linked) -> None:
    assert await everything(luna, creators.list_creators()) == []
    with pytest.raises(ForbiddenError):
        await luna.send(agencies.team_members())
