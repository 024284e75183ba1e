"""The scopes and what each lets an app do, in words for a person."""

SYSTEM_SCOPES = {
    "openid": "Know who you are",
    "offline_access": "Stay connected while you are away",
    "offline": "Stay connected for a long time",
}

API_SCOPES = {
    "read:self": "See your profile, account totals and notifications",
    "read:chat": "Read your chats and messages",
    "write:chat": "Send, unsend and mark messages, and edit lists",
    "read:fan": "See your followers and subscribers",
    "read:insights": "See your earnings and statistics",
    "read:post": "See your posts, comments and likes",
    "write:post": "Create, change and delete posts and comments",
    "read:media": "See your media and vault",
    "write:media": "Upload media and arrange folders",
    "read:tracking_links": "See your tracking links",
    "write:tracking_links": "Create and delete tracking links",
    "read:creator": "See the creators you manage, and receive events",
    "write:creator": "Act for the creators you manage",
    "read:agency": "See agency-wide streams",
    "write:agency": "Invite people and change the team",
}

ALL_SCOPES = frozenset((*SYSTEM_SCOPES, *API_SCOPES))
