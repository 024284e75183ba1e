"""The sandbox answers in the shapes of the published contract, and asks for the same scopes."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from fanvue_app import App, MovingClock
from jsonschema import Draft202012Validator, FormatChecker

from sandbox.fanvue import SandboxFanvue
from sandbox.fanvue.api.catalogue import OPERATIONS
from sandbox.fanvue.api.operation import Operation, Router

CONTRACT = json.loads((Path(__file__).parents[1] / "contract" / "fanvue-openapi.json").read_text())
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ALL = Router(OPERATIONS).operations


def contract_operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
    }


def closed(schema: Any) -> Any:
    """The schema with every object limited to the members it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


FORMATS = FormatChecker(formats=("uuid", "email"))
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or INSTANT.fullmatch(value) is not None)
COMPONENTS = closed(CONTRACT["components"])


def mistakes(operation: dict[str, Any], status: int, body: Any) -> list[str]:
    """What is wrong with an answer, as sentences."""
    response = operation["responses"].get(str(status))
    if response is None:
        return [f"status {status} is not in the contract: {body}"]
    content = response.get("content", {})
    if "application/json" not in content:
        return []
    schema = {**closed(content["application/json"]["schema"]), "components": COMPONENTS}
    validator = Draft202012Validator(schema, format_checker=FORMATS)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(body)][:3]


class Filler:
    """Real ids for the variables of a path."""

    def __init__(self, fanvue: SandboxFanvue) -> None:
        creator = fanvue.world.account("lunavale")
        desk = fanvue.world.desk(creator)
        priced = next(chat for chat in desk.chats.values() if any(row.media_uuids for row in chat.messages))
        message = next(row for row in priced.messages if row.media_uuids)
        post = next(row for row in desk.posts if row.comments and row.published_at)
        link = next(row for row in desk.tracking_links if row.fans)
        self.media = next(item for item in desk.media if item.status == "ready")
        self.media.buyers.add(priced.fan.user.uuid)
        self.fan = priced.fan.user.uuid
        self.always = {
            "creatorUserUuid": creator.uuid,
            "userUuid": self.fan,
            "messageUuid": message.uuid,
            "folderName": quote(desk.folders[0].name),
            "templateUuid": desk.templates[0].uuid,
            "commentUuid": post.comments[0].uuid,
            "appUuid": creator.uuid,
            "mediaUuid": self.media.uuid,
        }
        self.uuid_of = {
            "/posts": post.uuid,
            "/media": self.media.uuid,
            "/chats/lists/custom": desk.custom_lists[0].uuid,
            "/chats/lists/smart": "subscribers",
            "/tracking-links": link.uuid,
            "/collections": desk.collections[0].uuid,
        }
        self.link_fan = link.fans[0].user.uuid
        self.message_media = message.media_uuids[0]

    def path(self, template: str) -> str:
        own = template.removeprefix("/creators/{creatorUserUuid}")
        values = dict(self.always)
        values["uuid"] = next((uuid for start, uuid in self.uuid_of.items() if own.startswith(start)), "")
        if own.startswith("/tracking-links"):
            values["userUuid"] = self.link_fan
        return template.format(**values)

    def query(self, template: str) -> dict[str, str]:
        if template.endswith("/messages/{messageUuid}/media"):
            return {"mediaUuids": self.message_media, "variants": "main"}
        named = {
            "/media/bulk": {"mediaUuids": self.media.uuid, "variants": "main,thumbnail"},
            "/media": {"variants": "main,blurred", "purchasedBy": self.fan},
            "/media/{uuid}/entitled": {"consumerId": self.fan},
            "/insights/fans": {"fanUuids": f"{self.fan},{self.always['creatorUserUuid']}"},
            "/agencies/earnings": {"startDate": "2026-10-01", "endDate": "2026-11-01"},
            "/agencies/subscribers-history": {"startDate": "2026-10-01", "endDate": "2026-11-01"},
            "/insights/earnings/summary": {"startDate": "2026-10-01T00:00:00Z", "timezone": "Europe/Berlin"},
        }
        return named.get(template.removeprefix("/creators/{creatorUserUuid}"), {})


def test_every_operation_of_the_contract_is_offered_with_its_method_and_path() -> None:
    expected = {name: (method, path) for name, (method, path, _) in contract_operations().items()}
    assert {operation.id: (operation.method, operation.path) for operation in ALL} == expected


def test_every_operation_asks_for_the_scopes_of_the_contract() -> None:
    expected = {name: set(described["x-required-scopes"]) for name, (_, _, described) in contract_operations().items()}
    assert {operation.id: set(operation.scopes) for operation in ALL} == expected


def test_every_operation_succeeds_with_a_status_of_the_contract() -> None:
    described = contract_operations()
    assert [one.id for one in ALL if str(one.status) not in described[one.id][2]["responses"]] == []


async def test_every_read_answers_in_the_shape_of_the_contract(fanvue: SandboxFanvue, app: App) -> None:
    fanvue.rate_limit = 1000
    filler = Filler(fanvue)
    found = {}
    for operation in ALL:
        if operation.method != "GET" or operation.id in {"getUploadPartUrl", "getCreatorUploadPartUrl"}:
            continue
        speaks_for_agency = operation.is_twin or operation.is_for_agency or operation.id == "listCreators"
        caller = app.acts_for("northstar_agency" if speaks_for_agency else "lunavale")
        answer = await caller.get(filler.path(operation.path), params=filler.query(operation.path))
        _, _, described = contract_operations()[operation.id]
        wrong = mistakes(described, answer.status, answer.body)
        if wrong or answer.status != 200:
            found[operation.id] = wrong or answer.body
    assert found == {}


async def test_paged_reads_have_something_to_show(fanvue: SandboxFanvue, app: App) -> None:
    luna = app.acts_for("lunavale")
    for path in ("/chats", "/posts", "/media", "/notifications", "/subscribers", "/followers", "/insights/earnings"):
        answer = await luna.get(path)
        assert len(answer.body["data"]) >= 10, path


def bodies(filler: Filler) -> dict[str, dict[str, Any]]:
    """A body for each write, by path and method of the own-account form."""
    media = [filler.media.uuid]
    return {
        "POST /chats": {"userUuid": filler.fan},
        "POST /chats/statuses": {"userUuids": [filler.fan]},
        "PATCH /chats/{userUuid}": {"isRead": True, "isMuted": True, "nickname": "Regular"},
        "POST /chats/{userUuid}/message": {"text": "hello", "mediaUuids": media, "price": 500},
        "POST /chats/messages/batch": {"chatUuids": [filler.fan, filler.always["creatorUserUuid"]], "limit": 3},
        "POST /chats/mass-messages": {"includedLists": {"smartListUuids": ["subscribers"]}, "text": "to all"},
        "PATCH /chats/mass-messages/{messageUuid}": {"text": "later, to all"},
        "POST /chats/lists/custom": {"name": "New list"},
        "PATCH /chats/lists/custom/{uuid}": {"name": "Renamed list"},
        "POST /chats/lists/custom/{uuid}/members": {"userUuids": [filler.fan]},
        "POST /posts": {"audience": "subscribers", "text": "hi", "mediaUuids": media, "price": 999},
        "PATCH /posts/{uuid}": {"text": None, "price": None, "expiresAt": "2027-01-01T00:00:00Z"},
        "POST /posts/{uuid}/comments": {"text": "Thank you!"},
        "POST /collections": {"label": "Extras"},
        "PATCH /collections/{uuid}": {"label": "Renamed"},
        "POST /media/uploads": {"name": "Beach", "filename": "beach.jpg", "mediaType": "image", "sizeBytes": 20},
        "POST /media/{uuid}/grant": {"consumerId": filler.fan, "source": "giveaway", "sourceRef": "1"},
        "POST /vault/folders": {"name": "New folder"},
        "PATCH /vault/folders/{folderName}": {"name": "Renamed folder"},
        "POST /vault/folders/{folderName}/media": {"mediaUuids": media},
        "POST /insights/fans/batch": {"userUuids": [filler.fan, filler.always["creatorUserUuid"]]},
        "POST /tracking-links": {"name": "Bio", "externalSocialPlatform": "tiktok"},
        "POST /webhooks/subscriptions": {"url": "https://bot.example.com/hooks", "events": ["creator.follow.created"]},
    }


NEEDS_A_STORY = {
    "deleteMessage",
    "updateMassMessage",
    "deleteMassMessage",
    "updateCreatorMassMessage",
    "deleteCreatorMassMessage",
    "completeUploadSession",
    "completeCreatorUploadSession",
    "removeMemberFromCustomList",
    "deleteWebhookSubscription",
}
WRITES = [operation for operation in ALL if operation.method != "GET" and operation.id not in NEEDS_A_STORY]


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.id)
async def test_a_write_answers_in_the_shape_of_the_contract(
    operation: Operation, fanvue: SandboxFanvue, app: App
) -> None:
    filler = Filler(fanvue)
    if operation.id.endswith("VaultMedia") or operation.id.startswith(("attachMedia", "detachMedia")):
        filler.media.folders = set() if operation.method == "POST" else {unquote(filler.always["folderName"])}
    path = filler.path(operation.path)
    key = f"{operation.method} {operation.path.removeprefix('/creators/{creatorUserUuid}')}"
    caller = app.acts_for("northstar_agency" if operation.is_twin else "lunavale")
    answer = await caller.call(operation.method, path, json=bodies(filler).get(key))
    _, _, described = contract_operations()[operation.id]
    assert (answer.status, mistakes(described, answer.status, answer.body)) == (operation.status, [])


@pytest.mark.parametrize("prefix", ["", "/creators/{creatorUserUuid}"])
async def test_a_scheduled_mass_message_is_changed_sent_and_taken_back(
    prefix: str, fanvue: SandboxFanvue, app: App, clock: MovingClock
) -> None:
    filler = Filler(fanvue)
    caller = app.acts_for("northstar_agency" if prefix else "lunavale")
    base = filler.path(f"{prefix}/chats/mass-messages")
    body = {"includedLists": {"smartListUuids": ["subscribers"]}, "text": "soon", "scheduledAt": "2026-11-18T16:00:00Z"}
    made = await caller.call("POST", base, json=body)
    one = f"{base}/{made.body['id']}"
    assert (await caller.call("PATCH", one, json={"text": "very soon"})).status == 204
    clock.pass_seconds(1900)
    listed = await caller.get(base)
    assert (listed.body["data"][0]["status"], listed.body["data"][0]["text"]) == ("SENT", "very soon")
    assert (await caller.call("PATCH", one, json={"text": "too late"})).status == 400
    assert (await caller.call("DELETE", one)).status == 204
    assert (await caller.call("DELETE", one)).status == 404


async def test_an_answer_with_a_foreign_member_would_be_noticed() -> None:
    _, _, described = contract_operations()["getUnreadChatsCount"]
    assert mistakes(described, 200, {"unreadChatsCount": 1, "more": True}) != []
