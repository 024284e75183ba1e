"""What was decided about a creator, in words: rights, rules, posts, answers, and what was refused."""

from bot.domain.access import Capability

PERSONS = {
    "hand over from": "Handed over everything of {}",
    "hand over to": "Handed everything over to {}",
    "set a shift of": "Set a shift of {}",
    "lift the shifts of": "Lifted the shifts of {}",
    "claim": "Handed a fan over to {}",
} | {
    f"{verb} {capability.value}": f"{said} {{}} the right to {capability.phrase}"
    for capability in Capability
    for verb, said in (("give", "Gave"), ("take", "Took from"))
}
"""Acts whose outcome is the person they were about."""
SPECIAL = {
    ("connect", "new"): "Connected the account",
    ("connect", "widen"): "Allowed more at Fanvue",
    ("connect", "move"): "Connected the account, which was another's here",
    ("connect", "replace"): "Connected it in place of another account",
    ("disconnect", "done"): "Disconnected the account",
    ("disconnect", "undone"): "Undid the connection",
    ("default", "server"): "Had the account meant in the server where nobody is named",
    ("default", "channel"): "Had the account meant in the channel where nobody is named",
    ("no default", "server"): "Had the account meant in the server no longer",
    ("no default", "channel"): "Had the account meant in the channel no longer",
    ("claim", "done"): "Took on a fan",
    ("claim", "released"): "Let go of a fan",
    ("claim", "snoozed"): "Put a fan off",
    ("reply", "sent"): "Answered a fan",
    ("reply", "unsent"): "Took back an answer to a fan",
    ("lists", "done"): "Changed a fan's lists",
    ("pause", "done"): "Paused the account",
    ("resume", "done"): "Resumed the account",
    ("repost", "done"): "Posted a post again",
    ("post", "done"): "Sent a post",
    ("mass message", "done"): "Sent a mass message",
}
TRIED = {capability.value: f"Tried to {capability.phrase}" for capability in Capability}
SOMEBODY = "somebody"


def decided(action: str, outcome: str) -> str:
    """One line for an act and what became of it."""
    is_person = outcome.isdigit() or outcome == SOMEBODY
    if action in PERSONS and is_person:
        return PERSONS[action].format(f"<@{outcome}>" if outcome.isdigit() else SOMEBODY)
    if (action, outcome) in SPECIAL:
        return SPECIAL[action, outcome]
    is_refusal = outcome in {"refused", "off shift"}
    said = TRIED[action] if is_refusal and action in TRIED else action.capitalize()
    return said if outcome == "done" else f"{said}: {outcome}"
