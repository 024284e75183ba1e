"""The JSON of things, in the shapes of Discord's OpenAPI document."""

from datetime import UTC, datetime
from typing import Any

from sandbox.discord.model import Attachment, Channel, ChannelKind, Guild, Member, Message, Role, User
from sandbox.discord.permissions import Permissions

Json = dict[str, Any]
REQUIRE_TAG = 1 << 4


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.is_bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.is_bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def own_user_json(user: User) -> Json:
    return user_json(user) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application_json(application_id: int, bot: User, owner: User | None) -> Json:
    return {
        "id": str(application_id),
        "name": bot.name,
        "description": "",
        "icon": None,
        "type": None,
        "flags": 0,
        "flags_new": "0",
        "verify_key": "0" * 64,
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}, "1": {}},
        "interactions_endpoint_url": None,
        "redirect_uris": [],
        "role_connections_verification_url": None,
        "approximate_guild_count": 0,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "eligible_oauth2_scopes": [],
        "explicit_content_filter": 0,
        "team": None,
        "owner": user_json(owner or bot),
        "bot": user_json(bot),
    }


def role_json(role: Role) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.is_managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member_json(member: Member, permissions: Permissions | None = None) -> Json:
    """A member; with `permissions` as it stands inside an interaction."""
    payload: Json = {
        "user": user_json(member.user),
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": member.joined_at.isoformat(),
        "premium_since": None,
        "communication_disabled_until": None,
        "flags": 0,
        "pending": False,
        "mute": False,
        "deaf": False,
    }
    return payload if permissions is None else payload | {"permissions": str(int(permissions))}


def channel_json(channel: Channel) -> Json:
    if channel.is_dm:
        return _dm_json(channel)
    return thread_json(channel) if channel.thread is not None else _guild_channel_json(channel)


def _dm_json(channel: Channel) -> Json:
    assert channel.recipient is not None
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "flags": 0,
        "last_message_id": _last_message_id(channel),
        "recipients": [user_json(channel.recipient)],
    }


def _guild_channel_json(channel: Channel) -> Json:
    assert channel.guild is not None
    payload: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "topic": channel.topic,
        "nsfw": channel.nsfw,
        "position": channel.position,
        "parent_id": None,
        "flags": 0,
        "rate_limit_per_user": 0,
        "last_message_id": _last_message_id(channel),
        "permission_overwrites": [
            {
                "id": str(overwrite.target_id),
                "type": 0 if overwrite.is_for_role else 1,
                "allow": str(int(overwrite.allow)),
                "deny": str(int(overwrite.deny)),
            }
            for overwrite in channel.overwrites.values()
        ],
    }
    if channel.kind is ChannelKind.FORUM:
        payload |= {"available_tags": channel.available_tags, "default_reaction_emoji": None, "default_forum_layout": 0}
        payload["flags"] = REQUIRE_TAG if channel.requires_tag else 0
    return payload


def thread_json(thread: Channel) -> Json:
    state = thread.thread
    assert state is not None
    assert thread.guild is not None
    assert thread.parent is not None
    messages = sum(not message.is_deleted for message in thread.history.values())
    return {
        "id": str(thread.id),
        "type": int(thread.kind),
        "guild_id": str(thread.guild.id),
        "parent_id": str(thread.parent.id),
        "owner_id": str(state.owner_id),
        "name": thread.name,
        "flags": 0,
        "last_message_id": _last_message_id(thread),
        "rate_limit_per_user": 0,
        "message_count": messages,
        "total_message_sent": messages,
        "member_count": len(state.member_ids),
        "applied_tags": state.applied_tags,
        "thread_metadata": {
            "archived": state.is_archived,
            "locked": state.is_locked,
            "auto_archive_duration": state.auto_archive_minutes,
            "archive_timestamp": (state.archive_changed_at or state.created_at).isoformat(),
            "create_timestamp": state.created_at.isoformat(),
            "invitable": True,
        },
    }


def thread_member_json(thread: Channel, user_id: int) -> Json:
    assert thread.thread is not None
    joined = thread.thread.created_at.isoformat()
    return {"id": str(thread.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}


def guild_json(guild: Guild) -> Json:
    """A guild as REST gives it."""
    nothing = dict.fromkeys(_EMPTY_GUILD_FIELDS)
    return nothing | {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "region": "us-west",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": 0,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "nsfw": False,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }


_EMPTY_GUILD_FIELDS = (
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "vanity_url_code",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "incidents_data",
)


def guild_create_json(guild: Guild, bot: User) -> Json:
    """A guild as the gateway introduces it: only the bot itself among the members, as without the members intent."""
    return guild_json(guild) | {
        "joined_at": guild.members[bot.id].joined_at.isoformat(),
        "large": len(guild.members) >= 250,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(guild.members[bot.id])],
        "channels": [channel_json(c) for c in guild.channels.values() if c.thread is None],
        "threads": [
            thread_json(c) for c in guild.channels.values() if c.thread is not None and not c.thread.is_archived
        ],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment) -> Json:
    payload: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": attachment.url,
        "proxy_url": attachment.url,
        "content_type": attachment.content_type,
    }
    return payload if attachment.description is None else payload | {"description": attachment.description}


def message_json(message: Message, *, has_content: bool = True, is_nested: bool = False) -> Json:
    """A message; without content where the reader lacks the privileged intent and nothing else entitles it."""
    payload: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": int(message.kind),
        "author": user_json(message.author),
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": message.edited_at and message.edited_at.isoformat(),
        "tts": False,
        "mention_everyone": message.mentions_everyone,
        "mentions": [user_json(user) for user in message.mentions],
        "mention_roles": [str(role_id) for role_id in message.mentioned_roles],
        "pinned": message.is_pinned,
        "flags": message.flags,
        "content": message.content if has_content else "",
        "embeds": message.embeds if has_content else [],
        "components": message.components if has_content else [],
        "attachments": _listed_attachments(message) if has_content else [],
    }
    return payload | _occasional(message, has_content=has_content) | ({} if is_nested else _referenced(message))


def _listed_attachments(message: Message) -> list[Json]:
    return [attachment_json(attachment) for attachment in message.attachments if not attachment.is_in_embed]


def _occasional(message: Message, *, has_content: bool) -> Json:
    extra: Json = {}
    if message.nonce is not None:
        extra["nonce"] = message.nonce
    if message.reactions:
        extra["reactions"] = [_reaction_json(emoji, users) for emoji, users in message.reactions.items()]
    if message.reference is not None:
        extra["message_reference"] = message.reference
    if message.snapshots:
        extra["message_snapshots"] = message.snapshots if has_content else []
    if message.origin is not None:
        extra |= message.origin
    if message.thread is not None:
        extra["thread"] = thread_json(message.thread)
    return extra


def _referenced(message: Message) -> Json:
    if message.referenced is None:
        return {}
    gone = message.referenced.is_deleted
    return {"referenced_message": None if gone else message_json(message.referenced, is_nested=True)}


def emoji_json(emoji: str) -> Json:
    name, _, custom_id = emoji.partition(":")
    return {"id": custom_id or None, "name": name}


def _reaction_json(emoji: str, user_ids: list[int]) -> Json:
    return {
        "emoji": emoji_json(emoji),
        "count": len(user_ids),
        "count_details": {"burst": 0, "normal": len(user_ids)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "me": False,
        "burst_count": 0,
    }


def _last_message_id(channel: Channel) -> str | None:
    return str(next(reversed(channel.history))) if channel.history else None


def now_iso() -> str:
    return datetime.now(UTC).isoformat()
