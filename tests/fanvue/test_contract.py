"""Every call we can make, held against the published contract: path, scopes, parameters, bodies, answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import NoneType
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import bot.fanvue
from bot.domain.scopes import Scope
from bot.fanvue import (
    agencies,
    apps,
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
from bot.fanvue.answers import decode, decoder_for
from bot.fanvue.mass_messages import Recipients
from bot.fanvue.wire import OWN, TWIN_PREFIX, ActingAs, Call, Operation

NOT_YET_USED: frozenset[str] = frozenset()
"""Operations of the contract that no function makes a call for."""

ONLY_ON_V1 = {
    ("Page", "dateFilter"),
    ("Earning", "reversedTransactionOrderId"),
    ("Earning", "total"),
}
"""Fields the contract knows on the newer surface alone, and names in words only."""

U = "f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12"
V = "5939ae62-3eb5-4433-954f-f78c7b4282f3"
T1 = datetime(2026, 3, 1, tzinfo=UTC)
T2 = datetime(2026, 4, 1, tzinfo=UTC)
TO = Recipients(smart=["subscribers"], custom=[U])
CREATOR = ActingAs("3bbe6394-2830-4646-a8ba-4a0a05426947")

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "contract" / "fanvue-openapi.json").read_text(encoding="utf-8")
)
METHODS = ("get", "post", "put", "patch", "delete")
URI = "contract:"


@dataclass(frozen=True)
class Declared:
    """An operation as the contract has it."""

    method: str
    path: str
    node: dict[str, Any]

    @property
    def query_names(self) -> set[str]:
        return {node["name"] for node in self.node["parameters"] if node.get("in") == "query"}

    @property
    def success(self) -> dict[str, Any]:
        return next(node for status, node in self.node["responses"].items() if status.startswith("2"))

    def examples(self) -> Iterator[Any]:
        for content in self.success.get("content", {}).values():
            if "example" in content:
                yield content["example"]
            yield from (node["value"] for node in content.get("examples", {}).values())


DECLARED = {
    node["operationId"]: Declared(method.upper(), path, node)
    for path, item in CONTRACT["paths"].items()
    for method, node in item.items()
    if method in METHODS
}


def operations() -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    for module in iter_modules(bot.fanvue.__path__, "bot.fanvue."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Operation):
                found[value.id or value.twin_id] = value
    return found


OPERATIONS = operations()


def twin_calls(acting_as: ActingAs) -> list[Call[Any]]:
    """Every call that can be made for a managed creator, with the parameters both forms take."""
    return [
        users.account(acting_as),
        chats.list_chats(acting_as),
        chats.create_chat(V, acting_as),
        chats.update_chat(V, acting_as, is_read=True, is_muted=False, nickname="Sam"),
        chats.list_messages(V, acting_as, size=20),
        chats.send_message(V, "hi", acting_as, media=[U], price=300, template=U, preview=U),
        chat_media.list_chat_media(V, acting_as, media_type="image", limit=50),
        chat_media.message_media(V, U, [U, V], acting_as, variants=["main"]),
        mass_messages.list_mass_messages(acting_as, with_unsent=True),
        mass_messages.send_mass_message(TO, "hi", acting_as, but_not=TO, media=[U], price=300, at=T1),
        mass_messages.update_mass_message(U, acting_as, to=TO, but_not=TO, text="x", media=(U,), price=None, at=T1),
        mass_messages.delete_mass_message(U, acting_as),
        lists.custom_lists(acting_as),
        lists.custom_members(U, acting_as),
        lists.smart_lists(acting_as),
        lists.smart_members("subscribers", acting_as),
        fans.list_followers(acting_as),
        fans.list_subscribers(acting_as),
        insights.earnings(acting_as, start=T1, end=T2, sources=["tip", "post"]),
        insights.earnings_summary(T1, T2, acting_as, timezone="Europe/Berlin", granularity="week"),
        insights.subscribers(acting_as, start=T1, end=T2),
        insights.top_spenders(acting_as, start=T1, end=T2),
        media.list_media(
            acting_as,
            media_type="image",
            folder="Beach",
            usage="ppv",
            purchased_by=V,
            status=["ready"],
            variants=["main", "blurred"],
        ),
        media.media(U, acting_as, purchased_by=V, variants=["main"]),
        uploads.create_session("n", "n.png", "image", acting_as, size_bytes=5),
        uploads.part_url("up-1", 1, acting_as),
        uploads.complete_session("up-1", [uploads.Part(1, '"e"')], acting_as),
        notifications.list_notifications(acting_as, event_type=9),
        posts.list_posts(acting_as, with_unpublished=False),
        posts.create_post(
            "subscribers",
            "hi",
            acting_as,
            media=[U],
            preview=U,
            price=300,
            publish_at=T1,
            expires_at=T2,
            collections=[U],
        ),
        posts.update_post(
            U,
            acting_as,
            audience="subscribers",
            text=None,
            media=[U],
            preview=None,
            price=None,
            publish_at=None,
            expires_at=T2,
            collections=None,
        ),
        posts.delete_post(U, acting_as),
        posts.pin_post(U, acting_as),
        posts.unpin_post(U, acting_as),
        posts.repost(U, acting_as),
        comments.list_comments(U, acting_as),
        comments.create_comment(U, "nice", acting_as),
        comments.delete_comment(U, V, acting_as),
        tracking_links.list_links(acting_as, created_after=T1, created_before=T2),
        tracking_links.create_link("bio", "instagram", acting_as),
        tracking_links.delete_link(U, acting_as),
        tracking_links.link_users(U, acting_as),
        tracking_links.user_metadata(U, V, acting_as),
        vault.list_folders(acting_as),
        vault.create_folder("Beach", acting_as),
        vault.folder("Beach", acting_as),
        vault.rename_folder("Beach", "Sea", acting_as),
        vault.delete_folder("Beach", acting_as),
        vault.folder_media("Beach", acting_as),
        vault.attach_media("Beach", [U], acting_as),
        vault.detach_media("Beach", U, acting_as),
    ]


def own_calls() -> list[Call[Any]]:
    """Every call for the token's own account, with every parameter it can have."""
    return [
        *twin_calls(OWN),
        users.current_user(),
        chats.list_chats(
            filters=["unread", "online"], search="sam", sort_by="online_now", smart_lists=["muted"], custom_list=U
        ),
        chats.unread(),
        chats.statuses([U, V]),
        chats.delete_message(V, U),
        chat_media.batch_messages([U, V], limit=10, since=U),
        templates.list_templates(folder="x"),
        templates.template(U),
        lists.custom_lists(search="x"),
        lists.create_custom_list("x"),
        lists.rename_custom_list(U, "y"),
        lists.delete_custom_list(U),
        lists.add_members(U, [V]),
        lists.remove_member(U, V),
        posts.post(U),
        comments.list_likes(U),
        comments.list_tips(U),
        post_collections.list_collections(),
        post_collections.create_collection("x"),
        post_collections.rename_collection(U, "y"),
        post_collections.delete_collection(U),
        media.bulk_media([U, V], variants=["main"]),
        media.link_purchase(U),
        media.entitled_media(U, V, variants=["main"]),
        media.grant_media(U, V, source="discord", source_ref="1"),
        insights.percentile(),
        insights.spending(start=T1, end=T2, sources=["refund"]),
        insights.fan(V),
        insights.bulk_fans([V]),
        insights.batch_fans([V]),
        fans.list_subscribers(sort_field="name", sort_direction="asc"),
        creators.list_creators(),
        agencies.list_chats(),
        agencies.list_earnings(T1, T2, creators=[U]),
        agencies.list_subscribers(creators=[U]),
        agencies.list_subscriber_days(T1, T2, creators=[U]),
        agencies.leaderboard(start=T1, end=T2, chatters=[U]),
        agencies.team_members(),
        apps.my_subscription(U),
        webhook_subscriptions.list_subscriptions(),
        webhook_subscriptions.create_subscription("https://bot.example/hook", ["creator.message.received"]),
        webhook_subscriptions.delete_subscription("sub-1"),
    ]


ALL_CALLS = [*own_calls(), *twin_calls(CREATOR), fans.online_subscribers(CREATOR, limit=5, among=[U, V])]
each_call = pytest.mark.parametrize("call", ALL_CALLS, ids=lambda call: call.operation_id)


@cache
def registry() -> Registry[Any]:
    return Registry[Any]().with_resource(URI, Resource(contents=CONTRACT, specification=DRAFT202012))


def absolute(schema: Any) -> Any:
    """The schema with its references pointing into the contract."""
    if isinstance(schema, dict):
        return {
            key: URI + value if key == "$ref" and value.startswith("#") else absolute(value)
            for key, value in schema.items()
        }
    return [absolute(item) for item in schema] if isinstance(schema, list) else schema


def scopes_of(declared: Declared) -> set[Scope]:
    return {Scope(name) for name in declared.node["x-required-scopes"]}


def test_every_operation_of_the_contract_is_declared_or_listed_as_not_used() -> None:
    ours = {name for operation in OPERATIONS.values() for name in (operation.id, operation.twin_id) if name}
    assert ours | NOT_YET_USED == DECLARED.keys()
    assert not ours & NOT_YET_USED


def test_every_operation_is_made_a_call_of_below() -> None:
    made = {call.operation_id for call in ALL_CALLS}
    assert made == {name for operation in OPERATIONS.values() for name in (operation.id, operation.twin_id) if name}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_has_the_contracts_method_path_and_scopes(operation: Operation) -> None:
    if operation.id:
        declared = DECLARED[operation.id]
        assert (operation.method, operation.path) == (declared.method, declared.path)
        assert operation.scopes == scopes_of(declared)
    if operation.twin_id:
        declared = DECLARED[operation.twin_id]
        assert operation.method == declared.method
        assert TWIN_PREFIX + (operation.twin_path or operation.path) == declared.path
        assert operation.twin_scopes == scopes_of(declared)


def test_an_operation_has_a_twin_exactly_where_the_contract_has_one() -> None:
    paths = {(declared.method, declared.path) for declared in DECLARED.values()}
    for operation in OPERATIONS.values():
        has_twin = (operation.method, TWIN_PREFIX + (operation.twin_path or operation.path)) in paths
        assert bool(operation.twin_id) == has_twin, operation.id


@each_call
def test_a_call_sends_only_parameters_the_contract_knows(call: Call[Any]) -> None:
    declared = DECLARED[call.operation_id]
    assert {name for name, _ in call.query} <= declared.query_names
    required = {node["name"] for node in declared.node["parameters"] if node.get("in") == "query" and node["required"]}
    assert required <= {name for name, _ in call.query}


@each_call
def test_a_call_is_page_sized_within_the_contracts_bounds(call: Call[Any]) -> None:
    for node in DECLARED[call.operation_id].node["parameters"]:
        value = dict(call.query).get(node.get("name", ""))
        if value is not None and node["schema"].get("type") == "integer":
            assert node["schema"].get("minimum", 0) <= int(value) <= node["schema"].get("maximum", 10**9)


@each_call
def test_a_body_fits_the_contract(call: Call[Any]) -> None:
    content = DECLARED[call.operation_id].node.get("requestBody", {}).get("content", {})
    if not content:
        assert call.body is None
        return
    schema = content["application/json"]["schema"]
    body = json.loads(json.dumps(call.body))
    Draft202012Validator(absolute(schema), registry=registry()).validate(body)
    if "properties" in schema:
        assert body.keys() <= schema["properties"].keys()


@each_call
def test_an_answer_is_read_exactly_where_there_is_one(call: Call[Any]) -> None:
    content = DECLARED[call.operation_id].success.get("content", {})
    assert (call.answer is NoneType) == (not content)
    assert call.is_text == ("text/plain" in content)


@each_call
def test_the_contracts_examples_are_read(call: Call[Any]) -> None:
    examples = list(DECLARED[call.operation_id].examples())
    if call.answer is NoneType or call.is_text:
        return
    assert examples
    for example in examples:
        decode(call.operation_id, decoder_for(call.answer), json.dumps(example).encode())


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema a reference leads to."""
    while "$ref" in schema:
        node: Any = CONTRACT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The object or array schemas a value may have."""
    schema = resolved(schema)
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, [])]
    return [schema, *(found for part in parts for found in alternatives(part))]


def collect(kind: Any, schemas: list[dict[str, Any]], found: dict[type, set[str]]) -> None:
    """Notes which fields the contract knows for each of our shapes inside ``kind``."""
    if isinstance(kind, msgspec.inspect.UnionType):
        for part in kind.types:
            collect(part, schemas, found)
    elif isinstance(kind, msgspec.inspect.StructType):
        known = found.setdefault(getattr(kind.cls, "__origin__", kind.cls), set())
        for field in kind.fields:
            inner = [
                schema["properties"][field.encode_name]
                for schema in schemas
                if field.encode_name in schema.get("properties", {})
            ]
            known.update([field.encode_name] if inner else [])
            collect(field.type, [one for schema in inner for one in alternatives(schema)], found)
    elif isinstance(kind, msgspec.inspect.DictType):
        inner = [
            schema["additionalProperties"] for schema in schemas if isinstance(schema.get("additionalProperties"), dict)
        ]
        inner += [part for schema in schemas for part in schema.get("properties", {}).values()]
        collect(kind.value_type, [one for schema in inner for one in alternatives(schema)], found)
    elif isinstance(kind, msgspec.inspect.CollectionType | msgspec.inspect.VarTupleType):
        inner = [schema["items"] for schema in schemas if "items" in schema]
        collect(kind.item_type, [one for schema in inner for one in alternatives(schema)], found)


def test_every_field_we_read_is_one_the_contract_names() -> None:
    found: dict[type, set[str]] = {}
    for call in ALL_CALLS:
        if call.answer is not NoneType and not call.is_text:
            schema = DECLARED[call.operation_id].success["content"]["application/json"]["schema"]
            collect(msgspec.inspect.type_info(call.answer), alternatives(schema), found)
    unknown = {
        (shape.__name__, field.encode_name)
        for shape, known in found.items()
        for field in msgspec.structs.fields(shape)
        if field.encode_name not in known
    }
    assert unknown == ONLY_ON_V1
