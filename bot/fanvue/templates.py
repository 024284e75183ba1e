"""Prepared messages."""

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, Page, Shape
from bot.fanvue.wire import Call, Operation

READ = frozenset({Scope.READ_CHAT})

LIST_TEMPLATES = Operation("listTemplateMessages", "GET", "/chats/templates", READ)
GET_TEMPLATE = Operation("getTemplateMessage", "GET", "/chats/templates/{templateUuid}", READ)


class Template(Shape, frozen=True, kw_only=True):
    """A prepared message; ``price`` in cents."""

    uuid: str
    text: str | None = None
    price: Cents | None = None
    media_uuids: tuple[str, ...] = ()
    folder_name: str | None = None


def list_templates(*, size: int = 50, folder: str | None = None) -> Call[Page[Template]]:
    """``listTemplateMessages``: those whose folder's name contains ``folder``; ``size`` 1-50."""
    return LIST_TEMPLATES.call(Page[Template], query={"size": size, "folderName": folder})


def template(uuid: str) -> Call[Template]:
    """``getTemplateMessage``: one of them."""
    return GET_TEMPLATE.call(Template, at={"templateUuid": uuid})
