"""What each command, button, select and form asks for, as it is documented; a test compares it with what happens.

Whatever is not named here is a mistake: the test walks the command tree and the table of verbs.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.access import Capability


class Free(StrEnum):
    """Asks for no right on a creator."""

    ANYBODY = "nothing"
    OWN_DATA = "nothing; it is about one's own data"
    FORM = "nothing yet; the form it opens asks"
    WAITING = "what the command or form that waits for it asks"


Demand = Capability | frozenset[Capability] | Free
"""One right, any one of several, or none."""

INSIGHTS, ALERTS, REPLY, POST = Capability.INSIGHTS, Capability.ALERTS, Capability.REPLY, Capability.POST
MANAGE, OWN = Capability.MANAGE, Capability.OWN
EITHER = frozenset({ALERTS, REPLY})
SCORES = frozenset({REPLY, MANAGE})
"""The first shows one's own line alone, the second everybody's."""
DRAFT = frozenset({POST, Capability.APPROVE})
"""Its author needs the first, anybody else the second."""

COMMANDS: Mapping[str, Demand] = {
    "account": OWN,
    "alerts channel": ALERTS,
    "alerts dm": ALERTS,
    "alerts off": ALERTS,
    "alerts panel": ALERTS,
    "connect": Free.OWN_DATA,
    "disconnect": OWN,
    "help": Free.ANYBODY,
    "inbox open": REPLY,
    "inbox places": OWN,
    "inbox reply": REPLY,
    "inbox unread": REPLY,
    "inbox watch": ALERTS,
    "insights creators": Free.OWN_DATA,
    "insights earnings": INSIGHTS,
    "insights fan": INSIGHTS,
    "insights goal": INSIGHTS,
    "insights links": INSIGHTS,
    "insights posts": INSIGHTS,
    "insights subscribers": INSIGHTS,
    "insights top-fans": INSIGHTS,
    "insights transactions": INSIGHTS,
    "mass create": POST,
    "mass list": POST,
    "media upload": POST,
    "media vault": POST,
    "post approval": OWN,
    "post create": POST,
    "post drafts": DRAFT,
    "post list": POST,
    "privacy erase": Free.OWN_DATA,
    "privacy export": Free.OWN_DATA,
    "privacy show": Free.OWN_DATA,
    "privacy uses": Free.OWN_DATA,
    "report morning": INSIGHTS,
    "report weekly": INSIGHTS,
    "status": Free.OWN_DATA,
    "team default": MANAGE,
    "team grant": MANAGE,
    "team handover": MANAGE,
    "team list": MANAGE,
    "team revoke": MANAGE,
    "team scoreboard": SCORES,
    "team shift": MANAGE,
}

BUTTONS: Mapping[str, Demand] = {
    "again": REPLY,
    "al_all": ALERTS,
    "al_amounts": ALERTS,
    "al_copy": ALERTS,
    "al_home": ALERTS,
    "al_loud": ALERTS,
    "al_mute_all": ALERTS,
    "al_mute_me": EITHER,
    "al_mutes": EITHER,
    "al_off": ALERTS,
    "al_place": ALERTS,
    "al_quiet": ALERTS,
    "al_resume": ALERTS,
    "al_sample": ALERTS,
    "ap_change": DRAFT,
    "ap_no": DRAFT,
    "ap_now": DRAFT,
    "ap_show": DRAFT,
    "ap_yes": DRAFT,
    "brief-stop": Free.OWN_DATA,
    "card_read": REPLY,
    "claim": REPLY,
    "connect": Free.OWN_DATA,
    "disconnect": OWN,
    "disconnect_no": Free.ANYBODY,
    "disconnect_yes": OWN,
    "dr_again": DRAFT,
    "dr_back": DRAFT,
    "dr_drop": DRAFT,
    "dr_edit": DRAFT,
    "dr_files": DRAFT,
    "dr_go": DRAFT,
    "dr_look": DRAFT,
    "dr_now": DRAFT,
    "dr_open": DRAFT,
    "dr_vault": DRAFT,
    "earn-csv": INSIGHTS,
    "earn-share": INSIGHTS,
    "earn-shared": INSIGHTS,
    "erase": Free.OWN_DATA,
    "erase_no": Free.ANYBODY,
    "erase_yes": Free.OWN_DATA,
    "export": Free.OWN_DATA,
    "fan-name": Free.FORM,
    "fan-words": INSIGHTS,
    "form_again": Free.WAITING,
    "goal": MANAGE,
    "ib_box": REPLY,
    "ib_chat": REPLY,
    "ib_free": REPLY,
    "ib_here": OWN,
    "ib_list": REPLY,
    "ib_lists": REPLY,
    "ib_loud": REPLY,
    "ib_mute": REPLY,
    "ib_name": Free.FORM,
    "ib_newlist": Free.FORM,
    "ib_note": Free.FORM,
    "ib_past": REPLY,
    "ib_read": REPLY,
    "ib_read_all": REPLY,
    "ib_read_yes": REPLY,
    "ib_tags": Capability.ALERTS,
    "ib_take": REPLY,
    "ib_templates": REPLY,
    "ib_unnote": REPLY,
    "ib_write": REPLY,
    "link-new": Free.FORM,
    "ma_back": POST,
    "ma_gone": POST,
    "more": EITHER,
    "mute_all": ALERTS,
    "mute_me": EITHER,
    "mute_undo": EITHER,
    "pause": Free.OWN_DATA,
    "pay-more": INSIGHTS,
    "place_retry": ALERTS,
    "place_to_dm": ALERTS,
    "po_comm": POST,
    "po_del": POST,
    "po_edit": POST,
    "po_gone": POST,
    "po_keep": POST,
    "po_pin": POST,
    "po_repost": POST,
    "po_say": POST,
    "po_unpin": POST,
    "reply": REPLY,
    "resume": Free.OWN_DATA,
    "show": REPLY,
    "team": MANAGE,
    "team_all": MANAGE,
    "team_hand": MANAGE,
    "team_lift": MANAGE,
    "unsend": REPLY,
    "unsend_one": REPLY,
    "uses": Free.OWN_DATA,
    "zone": Free.FORM,
    "zone-ask": Free.FORM,
    "zone-yes": MANAGE,
}

SELECTS: Mapping[str, Demand] = {
    "al_add": ALERTS,
    "al_creator": ALERTS,
    "al_fine": ALERTS,
    "al_how": ALERTS,
    "al_kinds": ALERTS,
    "al_long": EITHER,
    "al_min": ALERTS,
    "al_mute": EITHER,
    "al_places": ALERTS,
    "al_role": ALERTS,
    "al_spent": ALERTS,
    "al_unmute": EITHER,
    "brief-when": INSIGHTS,
    "card_open": REPLY,
    "connect_pick": Free.OWN_DATA,
    "creator": Free.WAITING,
    "dr_aud": DRAFT,
    "dr_coll": DRAFT,
    "dr_media": DRAFT,
    "dr_pick": DRAFT,
    "dr_prev": DRAFT,
    "earn-period": INSIGHTS,
    "earn-source": INSIGHTS,
    "earn-view": INSIGHTS,
    "fan": INSIGHTS,
    "ib_hand": REPLY,
    "ib_listed": REPLY,
    "ib_noted": REPLY,
    "ib_open": REPLY,
    "ib_order": REPLY,
    "ib_snooze": REPLY,
    "ib_where": OWN,
    "ib_whom": REPLY,
    "ib_template": REPLY,
    "ma_not": DRAFT,
    "ma_one": POST,
    "ma_to": DRAFT,
    "mute_long": EITHER,
    "mute_what": EITHER,
    "pay-period": INSIGHTS,
    "post-period": INSIGHTS,
    "pay-source": INSIGHTS,
    "po_one": POST,
    "po_unsay": POST,
    "po_view": POST,
    "score-period": SCORES,
    "side-period": Free.OWN_DATA,
    "subs-period": INSIGHTS,
    "team_take": MANAGE,
    "team_who": MANAGE,
    "top-period": INSIGHTS,
    "va_fold": POST,
}

FORMS: Mapping[str, Demand] = {
    "al_min": ALERTS,
    "al_quiet": ALERTS,
    "al_spent": ALERTS,
    "ap_change": DRAFT,
    "ap_no": DRAFT,
    "dr_edit": DRAFT,
    "dr_files": DRAFT,
    "fan-name": REPLY,
    "goal": MANAGE,
    "ib_box": REPLY,
    "ib_name": REPLY,
    "ib_newlist": REPLY,
    "ib_note": REPLY,
    "ib_snooze": REPLY,
    "ib_send": REPLY,
    "link-new": INSIGHTS,
    "po_edit": POST,
    "po_say": POST,
    "post": POST,
    "reply": REPLY,
    "zone": Free.OWN_DATA,
    "zone-set": MANAGE,
}

CREATOR, MANAGER, CHATTER, NOBODY = "the creator", "a manager", "a chatter", "anybody else"
HOLDS: Mapping[str, frozenset[Capability]] = {
    CREATOR: frozenset(Capability),
    MANAGER: frozenset({INSIGHTS, ALERTS, REPLY, POST, Capability.APPROVE, MANAGE}),
    CHATTER: frozenset({REPLY}),
    NOBODY: frozenset(),
}
"""What the people of the table were given: everything that can be given, answering alone, nothing."""

ROWS = (
    *((f"`/{name}`", demand) for name, demand in COMMANDS.items()),
    *((f"button `{name}`", demand) for name, demand in BUTTONS.items()),
    *((f"select `{name}`", demand) for name, demand in SELECTS.items()),
    *((f"form `{name}`", demand) for name, demand in FORMS.items()),
)


def wanted_by(demand: Capability | frozenset[Capability]) -> frozenset[Capability]:
    """The rights of which one is enough."""
    return demand if isinstance(demand, frozenset) else frozenset({demand})


def is_allowed(demand: Demand, who: str) -> bool:
    """Whether one of the people of the table may."""
    return isinstance(demand, Free) or not HOLDS[who].isdisjoint(wanted_by(demand))


def rights_table() -> str:
    """All of it as Markdown."""
    people = list(HOLDS)
    lines = [f"| | asks for | {' | '.join(people)} |", f"|---|---|{'---|' * len(people)}"]
    for name, demand in ROWS:
        marks = " | ".join("yes" if is_allowed(demand, who) else "no" for who in people)
        lines.append(f"| {name} | {_words(demand)} | {marks} |")
    return "\n".join(lines) + "\n"


def _words(demand: Demand) -> str:
    if isinstance(demand, frozenset):
        return " or ".join(capability.value for capability in Capability if capability in demand)
    return demand.value
