"""Media: list, look up, grant, and uploads in parts."""

from hashlib import md5
from math import ceil
from secrets import token_urlsafe
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from sandbox.fanvue.faults import Faults, cut, strike
from sandbox.fanvue.world import World
from sandbox.fanvue.world.records import MediaItem, Upload, fresh_uuid

from .answers import PlainText, invalid, not_found
from .media_shapes import media_row
from .messages import MediaType
from .operation import Call, Operation
from .paging import Shown
from .reading import MAX_BATCH, Body, Commas, Paged, Query, Sized, Uuid, uuid_list

VariantType = Literal["blurred", "main", "thumbnail", "thumbnail_gallery"]
MediaStatus = Literal["created", "processing", "ready", "error"]
Variants = Annotated[list[VariantType], Commas]
PART_SIZE = 10 * 1024 * 1024
MAX_PARTS = 10_000
MAX_PART_BYTES = 64 * 1024 * 1024
MAX_SIZE = 1_610_612_736


class MediaFilters(Query):
    media_type: MediaType | None = None
    folder_name: str | None = None
    usage: Literal["subscribers", "followers", "ppv", "mass_messages"] | None = None
    purchased_by: Uuid | None = None
    status: Annotated[list[MediaStatus], Commas] = Field(default_factory=list)
    variants: Variants = Field(default_factory=list)


class PagedMedia(Paged, MediaFilters):
    """The unversioned list."""


class CursorMedia(Sized, MediaFilters):
    """The list on `/v1`."""


class MediaAsked(Query):
    purchased_by: Uuid | None = None
    variants: Variants = Field(default_factory=list)


class BulkAsked(Query):
    media_uuids: str
    variants: Variants = Field(default_factory=list)


class EntitledAsked(Query):
    consumer_id: Uuid
    variants: Variants = Field(default_factory=list)


class NewUpload(Body):
    name: Annotated[str, Field(min_length=1, max_length=255)]
    filename: str
    media_type: MediaType
    size_bytes: int | None = None


class Part(Body):
    number: int = Field(alias="PartNumber")
    tag: str | None = Field(None, alias="ETag")


class UploadEnd(Body):
    parts: list[Part] = Field(default_factory=list)


class NewGrant(Body):
    consumer_id: Uuid
    source: Annotated[str, Field(min_length=1, max_length=100, pattern="^[a-z0-9_]+$")]
    source_ref: Annotated[str, Field(min_length=1, max_length=255)]


def list_media(call: Call) -> Shown:
    query = call.query
    rows = [item for item in call.desk.media if _is_wanted(call, item)]
    return call.list(rows, lambda item: media_row(call, item, query.variants, query.purchased_by))


def _is_wanted(call: Call, item: MediaItem) -> bool:
    query = call.query
    return (
        query.media_type in {None, item.media_type}
        and (query.folder_name is None or query.folder_name in item.folders)
        and (not query.status or item.status in query.status)
        and (query.usage is None or _is_used(call, item, query.usage))
    )


def _is_used(call: Call, item: MediaItem, usage: str) -> bool:
    if usage == "mass_messages":
        return any(item.uuid in row.media_uuids for row in call.desk.mass_messages)
    if usage == "ppv":
        return any(item.uuid in post.media_uuids and post.price for post in call.desk.posts)
    audience = "subscribers" if usage == "subscribers" else "followers-and-subscribers"
    return any(item.uuid in post.media_uuids and post.audience == audience for post in call.desk.posts)


def get_bulk_media(call: Call) -> Shown:
    results: Shown = {}
    errors = []
    for uuid in uuid_list(call.query.media_uuids, MAX_BATCH):
        item = call.desk.find_media(uuid)
        results[uuid] = media_row(call, item, call.query.variants) if item else None
        if item is None:
            errors.append({"mediaUuid": uuid, "code": "NOT_FOUND", "message": "Media not found"})
    return {"results": results, "errors": errors}


def _require(call: Call) -> MediaItem:
    item = call.desk.find_media(call.path["uuid"])
    if item is None:
        raise not_found("Media")
    return item


def get_media(call: Call) -> Shown:
    """Reading it once more finishes media that was still in the works."""
    item = _require(call)
    shown = media_row(call, item, call.query.variants, call.query.purchased_by)
    if item.status == "processing":
        item.status = "ready"
    return shown


def get_purchase_status(call: Call) -> Shown:
    return {"purchased": bool(_require(call).buyers)}


def get_entitled_media(call: Call) -> Shown:
    item = _require(call)
    if call.query.consumer_id not in item.buyers:
        raise not_found("Entitlement")
    return media_row(call, item, call.query.variants)


def grant_media(call: Call) -> Shown:
    item = _require(call)
    item.buyers.add(call.body.consumer_id)
    key = (call.body.source, call.body.source_ref)
    return {"entitlementId": call.desk.grants.setdefault(key, fresh_uuid()), "status": "granted"}


def create_upload(call: Call) -> Shown:
    body = call.body
    if body.size_bytes is not None and not 0 < body.size_bytes <= MAX_SIZE:
        raise invalid(f"sizeBytes: must be 1 to {MAX_SIZE}")
    item = MediaItem(fresh_uuid(), body.name, body.media_type, "created", call.now)
    upload = Upload(token_urlsafe(18), item, token_urlsafe(24), body.size_bytes)
    call.desk.media.insert(0, item)
    call.desk.uploads[upload.id] = upload
    total = ceil(body.size_bytes / PART_SIZE) if body.size_bytes else None
    return {
        "mediaUuid": item.uuid,
        "uploadId": upload.id,
        "partSize": PART_SIZE,
        "maxParts": MAX_PARTS,
        "totalParts": total,
    }


def _require_upload(call: Call) -> Upload:
    upload = call.desk.uploads.get(call.path["uploadId"])
    if upload is None:
        raise not_found("Upload")
    return upload


def get_part_url(call: Call) -> PlainText:
    upload = _require_upload(call)
    number = call.path["partNumber"]
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= MAX_PARTS:
        raise invalid(f"partNumber: must be 1 to {MAX_PARTS}")
    owner = call.desk.owner.uuid
    return PlainText(f"{call.origin}/uploads/{owner}/{upload.id}/{int(number)}?signature={upload.key}")


def complete_upload(call: Call) -> Shown:
    upload = _require_upload(call)
    sent = {part.number: (part.tag or "").strip('"') for part in call.body.parts}
    is_whole = bool(upload.tags) and all(sent.get(number) == tag for number, tag in upload.tags.items())
    if not is_whole or len(sent) != len(upload.tags):
        raise invalid("parts: do not match what was uploaded")
    upload.media.status = "processing"
    del call.desk.uploads[upload.id]
    return {"status": "processing"}


class PartStore:
    """`PUT` of upload parts: no bearer, the signature in the address is the key. The bytes are weighed, not kept."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [web.put("/uploads/{owner}/{upload}/{part:[0-9]{1,5}}", self.put)]

    async def put(self, request: web.Request) -> web.Response:
        fault = self._faults.take("upload", request.path)
        if fault is not None and not fault.strikes_after:
            return await strike(fault, request)
        owner = self._world.account_by_uuid(request.match_info["owner"])
        upload = self._world.desk(owner).uploads.get(request.match_info["upload"]) if owner else None
        if upload is None or request.query.get("signature") != upload.key:
            return web.Response(status=403, text="SignatureDoesNotMatch")
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        digest, size = md5(usedforsecurity=False), 0
        async for chunk in request.content.iter_chunked(1 << 16):
            digest.update(chunk)
            size += len(chunk)
            if size > MAX_PART_BYTES:
                return web.Response(status=400, text="EntityTooLarge")
        upload.tags[int(request.match_info["part"])] = digest.hexdigest()
        answer = web.Response(headers={"ETag": f'"{digest.hexdigest()}"'})
        return cut(request) if fault is not None else answer


READ, WRITE = ("read:media",), ("write:media",)
UPLOAD = "/media/uploads/{uploadId}"
OPERATIONS = (
    Operation(
        "getUserMedia",
        "GET",
        "/media",
        READ,
        list_media,
        query=PagedMedia,
        v1_query=CursorMedia,
        twin="getCreatorMedia",
    ),
    Operation("getBulkMedia", "GET", "/media/bulk", READ, get_bulk_media, query=BulkAsked),
    Operation(
        "getUserMediaByUuid",
        "GET",
        "/media/{uuid}",
        READ,
        get_media,
        query=MediaAsked,
        twin="getCreatorMediaByUuid",
    ),
    Operation("getMediaLinkPurchaseStatus", "GET", "/media/links/{uuid}/purchased", READ, get_purchase_status),
    Operation("getEntitledMedia", "GET", "/media/{uuid}/entitled", READ, get_entitled_media, query=EntitledAsked),
    Operation("grantMedia", "POST", "/media/{uuid}/grant", WRITE, grant_media, body=NewGrant),
    Operation(
        "createUploadSession",
        "POST",
        "/media/uploads",
        WRITE,
        create_upload,
        body=NewUpload,
        twin="createCreatorUploadSession",
        twin_scope="write:creator",
    ),
    Operation(
        "getUploadPartUrl",
        "GET",
        f"{UPLOAD}/parts/{{partNumber}}/url",
        WRITE,
        get_part_url,
        free=("uploadId", "partNumber"),
        twin="getCreatorUploadPartUrl",
        twin_scope="write:creator",
    ),
    Operation(
        "completeUploadSession",
        "PATCH",
        UPLOAD,
        WRITE,
        complete_upload,
        body=UploadEnd,
        free=("uploadId",),
        twin="completeCreatorUploadSession",
        twin_scope="write:creator",
    ),
)
