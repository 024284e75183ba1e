"""The notification feed."""

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.webhooks.payloads import avatar
from sandbox.fanvue.world.records import Notification

from .operation import Call, Operation
from .paging import Shown
from .reading import Paged


class NotificationsAsked(Paged):
    event_type: int | None = None


def list_notifications(call: Call) -> Shown:
    wanted = call.query.event_type
    rows = [row for row in call.desk.notifications if wanted is None or row.event_type == wanted]
    return call.list(rows, lambda row: _notification(call, row))


def _notification(call: Call, row: Notification) -> Shown:
    return {
        "uuid": row.uuid,
        "createdAt": stamp(row.created_at),
        "eventType": row.event_type,
        "isRead": row.is_read,
        "data": row.data,
        "originator": {
            "uuid": row.originator.uuid,
            "handle": row.originator.handle,
            "displayName": row.originator.display_name,
            "isCreator": row.originator.is_creator,
            "avatarUrl": avatar(call.origin, row.originator),
        },
        "receiverUuid": call.desk.owner.uuid,
    }


OPERATIONS = (
    Operation(
        "listNotifications",
        "GET",
        "/notifications",
        ("read:self",),
        list_notifications,
        query=NotificationsAsked,
        twin="listCreatorNotifications",
    ),
)
