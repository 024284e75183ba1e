"""How media is shown, with variants only where they were asked for."""

from hashlib import sha256

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world.records import MediaItem, Message

from .operation import Call
from .paging import Shown

SIZES = {"main": (1440, 1800), "thumbnail": (320, 400), "thumbnail_gallery": (640, 800), "blurred": (320, 400)}
LENGTH_MS = 22_000


def media_row(call: Call, item: MediaItem, variants: list[str], buyer: str | None = None) -> Shown:
    """A Media, or only `uuid` and `status` while it is not final."""
    if item.status in {"created", "processing"}:
        return {"uuid": item.uuid, "status": item.status}
    row: Shown = {
        "uuid": item.uuid,
        "status": item.status,
        "mediaType": item.media_type,
        "name": item.name,
        "caption": item.caption,
        "description": None,
        "createdAt": stamp(item.created_at),
        "recommendedPrice": item.recommended_price,
        "tags": None,
        "variants": [{"uuid": _variant_uuid(item, name), **_variant(call, item, name)} for name in variants],
    }
    if "main" in variants:
        row["url"] = _url(call, item, "main")
    if buyer is not None:
        row["purchasedByFan"] = buyer in item.buyers
    return row


def chat_media_row(call: Call, message: Message, item: MediaItem, variants: list[str] | None = None) -> Shown:
    return {
        "uuid": item.uuid,
        "messageUuid": message.uuid,
        "ownerUuid": call.path["userUuid"] if message.is_from_fan else call.desk.owner.uuid,
        "mediaType": item.media_type,
        "name": item.name,
        "created_at": stamp(item.created_at),
        "sentAt": stamp(message.sent_at),
        "variants": [_variant(call, item, name) for name in variants or ()],
    }


def _variant(call: Call, item: MediaItem, name: str) -> Shown:
    is_seen = item.media_type in {"image", "video"}
    width, height = SIZES[name] if is_seen else (None, None)
    return {
        "variantType": name,
        "displayPosition": 0,
        "url": _url(call, item, name),
        "width": width,
        "height": height,
        "lengthMs": LENGTH_MS if item.media_type in {"video", "audio"} else None,
    }


def _url(call: Call, item: MediaItem, name: str) -> str:
    ending = "png" if name == "blurred" else "svg"
    return f"{call.origin}/files/{item.uuid}/{name}.{ending}?signature={_digest(item, name)[:16]}"


def _variant_uuid(item: MediaItem, name: str) -> str:
    digest = _digest(item, name)
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _digest(item: MediaItem, name: str) -> str:
    return sha256(f"{item.uuid}:{name}".encode()).hexdigest()
