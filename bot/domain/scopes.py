"""Fanvue's scopes and the features people pick, which decide the scopes that are asked for."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class Scope(StrEnum):
    """The API scopes Fanvue offers (https://api.fanvue.com/docs/authentication/scopes)."""

    READ_SELF = "read:self"
    READ_CHAT = "read:chat"
    WRITE_CHAT = "write:chat"
    READ_FAN = "read:fan"
    READ_INSIGHTS = "read:insights"
    READ_POST = "read:post"
    WRITE_POST = "write:post"
    READ_MEDIA = "read:media"
    WRITE_MEDIA = "write:media"
    READ_TRACKING_LINKS = "read:tracking_links"
    WRITE_TRACKING_LINKS = "write:tracking_links"
    READ_CREATOR = "read:creator"
    WRITE_CREATOR = "write:creator"
    READ_AGENCY = "read:agency"
    WRITE_AGENCY = "write:agency"

    @property
    def sentence(self) -> str:
        """What the scope allows, as a creator would say it."""
        return SENTENCES[self]


SYSTEM_SCOPES = ("openid", "offline_access", "offline")
"""Without all three Fanvue issues no lasting tokens."""

SENTENCES = {
    Scope.READ_SELF: "See your profile and notifications",
    Scope.READ_CHAT: "Read your chats",
    Scope.WRITE_CHAT: "Send messages as you",
    Scope.READ_FAN: "See your followers and subscribers",
    Scope.READ_INSIGHTS: "See your earnings and statistics",
    Scope.READ_POST: "See your posts",
    Scope.WRITE_POST: "Create and change posts",
    Scope.READ_MEDIA: "See your media",
    Scope.WRITE_MEDIA: "Upload media",
    Scope.READ_TRACKING_LINKS: "See your tracking links",
    Scope.WRITE_TRACKING_LINKS: "Create tracking links",
    Scope.READ_CREATOR: "Get told about sales, and see creators you manage",
    Scope.WRITE_CREATOR: "Act for creators you manage",
    Scope.READ_AGENCY: "See your agency's figures",
    Scope.WRITE_AGENCY: "Manage your agency's team",
}


class Feature(StrEnum):
    """What a person can switch on when they connect."""

    INSIGHTS = "insights"
    ALERTS = "alerts"
    REPLIES = "replies"
    POSTING = "posting"
    LINKS = "links"

    @property
    def label(self) -> str:
        """The name people see."""
        return self.value.capitalize()

    @property
    def sentence(self) -> str:
        """What it brings, in one sentence."""
        return FEATURE_SENTENCES[self]

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes it needs, ``read:self`` included."""
        return FEATURE_SCOPES[self]


FEATURE_SENTENCES = {
    Feature.INSIGHTS: "Earnings, subscribers and top fans on demand",
    Feature.ALERTS: "A card in Discord for each fan message and sale",
    Feature.REPLIES: "Answer fans from the card, as you",
    Feature.POSTING: "Write and schedule posts from Discord",
    Feature.LINKS: "Tracking links, from clicks to payers",
}

FEATURE_SCOPES = {
    Feature.INSIGHTS: frozenset({Scope.READ_SELF, Scope.READ_INSIGHTS, Scope.READ_FAN}),
    Feature.ALERTS: frozenset(
        {Scope.READ_SELF, Scope.READ_CHAT, Scope.READ_FAN, Scope.READ_INSIGHTS, Scope.READ_CREATOR}
    ),
    Feature.REPLIES: frozenset({Scope.READ_SELF, Scope.READ_CHAT, Scope.WRITE_CHAT}),
    Feature.POSTING: frozenset(
        {Scope.READ_SELF, Scope.READ_POST, Scope.WRITE_POST, Scope.READ_MEDIA, Scope.WRITE_MEDIA}
    ),
    Feature.LINKS: frozenset({Scope.READ_SELF, Scope.READ_TRACKING_LINKS, Scope.WRITE_TRACKING_LINKS}),
}


USUAL = frozenset(Feature) - {Feature.LINKS}
"""What a first connection asks for; the rest when somebody first wants it."""


def scopes_for(features: Iterable[Feature]) -> frozenset[Scope]:
    """Every scope the features need; ``read:self`` always, since connecting reads the profile."""
    return frozenset({Scope.READ_SELF}).union(*(feature.scopes for feature in features))


def features_with(scopes: Iterable[Scope]) -> frozenset[Feature]:
    """The features whose scopes are all among those given."""
    held = frozenset(scopes)
    return frozenset(feature for feature in Feature if feature.scopes <= held)


def features_needing(scopes: Iterable[Scope]) -> frozenset[Feature]:
    """The smallest set of features that brings all these scopes; empty when none does."""
    wanted = frozenset(scopes)
    single = [feature for feature in Feature if wanted <= feature.scopes]
    if single:
        return frozenset(single[:1])
    return frozenset(feature for feature in Feature if wanted & feature.scopes)


@lru_cache(maxsize=64)
def parse_scopes(text: str) -> frozenset[Scope]:
    """The API scopes in a space separated list; system scopes and unknown ones are left out."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[word] for word in text.split() if word in known)


def format_scopes(scopes: Iterable[Scope]) -> str:
    """Space separated, in Fanvue's order."""
    held = frozenset(scopes)
    return " ".join(scope.value for scope in Scope if scope in held)
