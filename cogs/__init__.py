"""One file per feature; loaded by name, each offers ``build(services, kit)``."""

NAMES = (
    "connect",
    "account",
    "insights",
    "report",
    "alerts",
    "inbox",
    "posts",
    "mass",
    "media",
    "team",
    "privacy",
    "help",
    "status",
    "servers",
    "places",
)
