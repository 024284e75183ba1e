"""Files people attach, as far as fans can get them."""

from collections.abc import Sequence

import discord

from bot.domain.drafts import Enclosure
from bot.domain.errors import BadInputError

LARGEST = 25 * 1024 * 1024
KINDS = ("image", "video", "audio")
BY_ENDING = {
    "image": ("png", "jpg", "jpeg", "webp", "gif", "heic"),
    "video": ("mp4", "mov", "webm", "m4v"),
    "audio": ("mp3", "m4a", "wav", "ogg"),
}


async def enclosures(attached: Sequence[discord.Attachment]) -> list[Enclosure]:
    """What was attached, read. BadInputError for what fans cannot get."""
    kinds = [_kind(one) for one in attached]
    if sum(one.size for one in attached) > LARGEST:
        raise BadInputError("At most 25 MB go out from here. Send larger files on fanvue.com. Nothing was sent.")
    try:
        return [
            Enclosure(one.filename[:200] or "file", kind, await one.read())
            for one, kind in zip(attached, kinds, strict=True)
        ]
    except discord.HTTPException:
        raise BadInputError("Discord no longer has that file. Attach it again. Nothing was sent.") from None


def _kind(one: discord.Attachment) -> str:
    kind = (one.content_type or "").partition("/")[0]
    ending = one.filename.rpartition(".")[2].lower()
    found = kind if kind in KINDS else next((name for name, ends in BY_ENDING.items() if ending in ends), None)
    if found is None:
        raise BadInputError("Fans can get pictures, videos and sound from here, no other files. Nothing was sent.")
    return found
