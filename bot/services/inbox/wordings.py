"""The words of a reply as they rest, and the message at Fanvue that they became."""

from datetime import datetime, timedelta

from bot.domain.access import Grant
from bot.domain.accounts import FanId
from bot.domain.drafts import Draft
from bot.domain.errors import BadInputError
from bot.fanvue import chats
from bot.fanvue.chats import Message, Sending
from bot.fanvue.wire import ActingAs, Call
from bot.storage.replies import StoredReply
from bot.vault.keyring import Keyring, SealError

READ_BACK_SLACK = timedelta(minutes=2)
LET_GO = "Its words are no longer kept here. Write it again to send it."


def sealed(keyring: Keyring, reply_id: str, draft: Draft) -> str:
    """The words as they rest, readable for this reply alone."""
    return keyring.seal(draft.packed(), identity=_identity(reply_id))


def opened(keyring: Keyring, known: StoredReply) -> Draft:
    """The words of a reply that was not sent. BadInputError when they are no longer kept."""
    if known.sealed_draft is None:
        raise BadInputError(LET_GO)
    try:
        return Draft.unpacked(keyring.open(known.sealed_draft, identity=_identity(known.id)))
    except SealError:
        raise BadInputError(LET_GO) from None


def matching(found: list[Message], fan: FanId, draft: Draft, started_at: datetime, taken: set[str]) -> str | None:
    """The id of the message among those found that a draft became."""
    for message in found:
        is_ours = message.sender.uuid != fan and message.uuid not in taken
        is_same = (message.text or "") == draft.text and (
            not draft.media or set(message.media_uuids) == set(draft.media) or (not message.media_uuids)
        )
        is_since = message.sent_at is not None and message.sent_at >= started_at - READ_BACK_SLACK
        if is_ours and is_same and is_since:
            return message.uuid
    return None


def sending(grant: Grant, fan: FanId, draft: Draft) -> Call[Sending]:
    return chats.send_message(
        fan,
        draft.text or None,
        ActingAs(grant.managed),
        media=draft.media,
        price=draft.price,
        preview=draft.preview,
    )


def _identity(reply_id: str) -> str:
    return f"reply:{reply_id}"
