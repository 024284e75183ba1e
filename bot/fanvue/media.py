"""The media library: what is there, and who may see it. Addresses in ``variants`` live shortly: never store them."""

from collections.abc import Sequence
from typing import Any

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, Instant, KeyProblem, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, comma

READ = frozenset({Scope.READ_MEDIA})
TWIN_READ = READ | {Scope.READ_CREATOR}

GET_MEDIA = Operation("getUserMedia", "GET", "/media", READ, twin_id="getCreatorMedia", twin_scopes=TWIN_READ)
GET_BULK = Operation("getBulkMedia", "GET", "/media/bulk", READ)
GET_ONE = Operation(
    "getUserMediaByUuid", "GET", "/media/{uuid}", READ, twin_id="getCreatorMediaByUuid", twin_scopes=TWIN_READ
)
GET_LINK_PURCHASE = Operation("getMediaLinkPurchaseStatus", "GET", "/media/links/{uuid}/purchased", READ)
GET_ENTITLED = Operation("getEntitledMedia", "GET", "/media/{uuid}/entitled", READ)
GRANT = Operation("grantMedia", "POST", "/media/{uuid}/grant", frozenset({Scope.WRITE_MEDIA}))

READY = "ready"
FAILED = "error"


class Variant(Shape, frozen=True, kw_only=True):
    """One rendering of a medium."""

    variant_type: str = ""
    display_position: int = 0
    url: str | None = None
    width: float | None = None
    height: float | None = None
    length_ms: float | None = None


class Media(Shape, frozen=True, kw_only=True):
    """A medium; while it is not final there are only ``uuid`` and ``status`` (created, processing, ready, error)."""

    uuid: str
    status: str = ""
    media_type: str = ""
    name: str | None = None
    caption: str | None = None
    description: str | None = None
    created_at: Instant | None = None
    recommended_price: Cents | None = None
    purchased_by_fan: bool | None = None
    """Only where a purchaser was asked about."""
    tags: dict[str, Any] | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether waiting longer changes nothing."""
        return self.status in {READY, FAILED}


class MediaByUuid(Shape, frozen=True, kw_only=True):
    """Media by uuid; ``None`` and an entry in ``errors`` for what could not be had."""

    results: dict[str, Media | None]
    errors: tuple[KeyProblem, ...] = ()


class Purchase(Shape, frozen=True, kw_only=True):
    """Whether a media link was bought."""

    purchased: bool


class Entitlement(Shape, frozen=True, kw_only=True):
    """That somebody may see a medium."""

    entitlement_id: str
    status: str = ""


def list_media(
    acting_as: ActingAs = OWN,
    *,
    size: int = 50,
    media_type: str | None = None,
    folder: str | None = None,
    usage: str | None = None,
    purchased_by: str | None = None,
    status: Sequence[str] = (),
    variants: Sequence[str] = (),
) -> Call[Page[Media]]:
    """``getUserMedia``: newest first; addresses only with ``variants``; ``size`` 1-50."""
    query: dict[str, QueryValue] = {
        "size": size,
        "mediaType": media_type,
        "folderName": folder,
        "usage": usage,
        "purchasedBy": purchased_by,
        "status": comma(status),
        "variants": comma(variants),
    }
    return GET_MEDIA.call(Page[Media], acting_as=acting_as, query=query)


def media(
    uuid: str, acting_as: ActingAs = OWN, *, purchased_by: str | None = None, variants: Sequence[str] = ()
) -> Call[Media]:
    """``getUserMediaByUuid``: ask again until ``is_final`` after an upload."""
    query: dict[str, QueryValue] = {"purchasedBy": purchased_by, "variants": comma(variants)}
    return GET_ONE.call(Media, acting_as=acting_as, at={"uuid": uuid}, query=query)


def bulk_media(uuids: Sequence[str], *, variants: Sequence[str] = ()) -> Call[MediaByUuid]:
    """``getBulkMedia``: up to 20 at once."""
    query: dict[str, QueryValue] = {"mediaUuids": comma(uuids), "variants": comma(variants)}
    return GET_BULK.call(MediaByUuid, query=query)


def link_purchase(uuid: str) -> Call[Purchase]:
    """``getMediaLinkPurchaseStatus``: whether a media link was bought."""
    return GET_LINK_PURCHASE.call(Purchase, at={"uuid": uuid})


def entitled_media(uuid: str, consumer: str, *, variants: Sequence[str] = ()) -> Call[Media]:
    """``getEntitledMedia``: a medium as somebody who may see it sees it."""
    query: dict[str, QueryValue] = {"consumerId": consumer, "variants": comma(variants)}
    return GET_ENTITLED.call(Media, at={"uuid": uuid}, query=query)


def grant_media(uuid: str, consumer: str, *, source: str, source_ref: str) -> Call[Entitlement]:
    """``grantMedia``: lets somebody see a medium; the same ``source`` and ``source_ref`` grant once."""
    body = {"consumerId": consumer, "source": source, "sourceRef": source_ref}
    return GRANT.call(Entitlement, at={"uuid": uuid}, body=body)
