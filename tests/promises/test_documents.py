"""What is written about the bot is true."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.discordkit.demands import COMMANDS, Free, wanted_by
from bot.domain.access import Capability
from bot.reference import commands_markdown

ROOT = Path(__file__).parents[2]


def test_the_list_of_commands_is_the_one_the_code_makes() -> None:
    assert (ROOT / "docs" / "commands.md").read_text() == commands_markdown(), "run: make docs"


def test_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in re.findall(r"\| `/([a-z -]+)` \|", commands_markdown()):
        group, *leaf = name.split()
        assert re.search(rf"`/{group}\b[^`]*{leaf[0] if leaf else ''}\b", readme), name


def test_every_command_that_people_are_sent_to_exists() -> None:
    leaves = set(re.findall(r"\| `/([a-z -]+)` \|", commands_markdown()))
    groups = {leaf.split()[0] for leaf in leaves}
    told = [
        path
        for folder in ("cogs", "bot/discordkit", "bot/domain", "bot/services")
        for path in (ROOT / folder).rglob("*.py")
    ]
    written = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    wrong = {
        f"{path.relative_to(ROOT)}: /{name}"
        for path in [*told, *written]
        for name in re.findall(r"`/([a-z-]+(?: [a-z-]+)?)(?: [^`]*)?`", path.read_text())
        if name not in leaves and (path in told or (name.split()[0] in groups and name not in groups))
    }
    assert wrong == set()


READERS: Mapping[str, frozenset[Capability]] = {
    "bot/discordkit/alerts/": frozenset({Capability.ALERTS, Capability.REPLY}),
    "bot/discordkit/inbox/": frozenset({Capability.REPLY}),
    "bot/discordkit/insights/": frozenset({Capability.INSIGHTS}),
    "bot/discordkit/posts/mass_cards.py": frozenset({Capability.POST}),
    "bot/discordkit/posts/post_lists.py": frozenset({Capability.POST}),
    "bot/discordkit/posts/vault_cards.py": frozenset({Capability.POST}),
    "bot/discordkit/posts/": frozenset({Capability.POST, Capability.APPROVE}),
    "bot/discordkit/team/": frozenset({Capability.MANAGE}),
    "bot/services/alerts/": frozenset({Capability.ALERTS}),
    "bot/services/inbox/": frozenset({Capability.REPLY}),
    "bot/services/insights/": frozenset({Capability.INSIGHTS}),
    "bot/services/posts/": frozenset({Capability.POST, Capability.APPROVE, Capability.REPLY}),
    "bot/services/team.py": frozenset({Capability.MANAGE}),
    "cogs/account.py": frozenset({Capability.OWN}),
    "cogs/alerts/panel.py": frozenset({Capability.ALERTS}),
    "cogs/alerts/screens.py": frozenset({Capability.ALERTS}),
    "cogs/alerts/": frozenset({Capability.ALERTS, Capability.REPLY}),
    "cogs/inbox/where.py": frozenset({Capability.OWN}),
    "cogs/inbox/": frozenset({Capability.REPLY}),
    "cogs/insights/": frozenset({Capability.INSIGHTS}),
    "cogs/mass.py": frozenset({Capability.POST}),
    "cogs/media.py": frozenset({Capability.POST}),
    "cogs/places.py": frozenset({Capability.ALERTS}),
    "cogs/posts/": frozenset({Capability.POST, Capability.APPROVE}),
    "cogs/report.py": frozenset({Capability.INSIGHTS}),
    "cogs/team/": frozenset({Capability.MANAGE}),
}
"""Who reads what is said from there: each may hold one of these rights alone. Everywhere else it may be anybody."""

SENT: Mapping[str, str] = {
    "They let you in with `/team grant`": "somebody else does",
    "They can give rights to you and your team with `/team grant`": "somebody else does",
    "The creator can change the rule for posts with `/post approval`": "somebody else does",
    "Alerts rest until somebody presses **Resume** in `/alerts panel`": "a whole server reads it",
    "whoever may answer fans has `/inbox reply`": "it says who",
    "`/team grant` lets others help you": "to whoever connected just now",
    "`/alerts panel` adds channels": "to whoever connected just now",
    "`/alerts panel` picks where cards about your creators go": "to whoever connected just now",
    "`/team grant` gives somebody the right": "to the owner alone",
    "it is your choice, place by place (`/inbox places`)": "to the owner alone",
    "Alerts go nowhere. `/alerts panel` picks where": "to those who may set up alerts",
    "Resume it in `/alerts panel`": "to those who may set up alerts",
    "You have no drafts. `/post create` writes one": "to those who may post",
    "The vault has no folder of that name. `/media vault` lists them": "to those who upload into one, and so may post",
    "`/post drafts` shows how it stands": "to those who may write or approve",
}
"""Sentences that name a command not all of their readers may use, and why that is right."""


def texts_in(path: Path) -> Iterator[str]:
    """Every text of a module, pieces put together; what is no text stands as an ellipsis."""
    tree = ast.parse(path.read_text())
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def may_all_use(command: str, place: str) -> bool:
    demand = COMMANDS[command]
    readers = next((rights for start, rights in READERS.items() if place.startswith(start)), None)
    return isinstance(demand, Free) or (readers is not None and readers <= wanted_by(demand))


def test_nobody_is_sent_to_a_command_they_may_not_use() -> None:
    wrong, needed = [], set()
    for folder in ("cogs", "bot/discordkit", "bot/domain", "bot/services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            for words in texts_in(path):
                for command in set(re.findall(r"(?<!`)`/([a-z-]+(?: [a-z-]+)?)`(?!`)", words)) & set(COMMANDS):
                    if may_all_use(command, place):
                        continue
                    said = {sentence for sentence in SENT if sentence in words}
                    needed |= said
                    wrong += [] if said else [f"{place}: /{command}: {words}"]
    assert wrong == []
    assert needed == set(SENT), "no longer said"


def test_pictures_and_documents_that_are_linked_exist() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_files_named_in_contributing_exist() -> None:
    for path in re.findall(r"`((?:bot|cogs|sandbox|docs|migrations)/[\w/.]+)`", (ROOT / "CONTRIBUTING.md").read_text()):
        assert (ROOT / path).exists(), path


def test_no_committed_file_names_a_package_host() -> None:
    for path in [*(ROOT / "requirements").glob("*.txt"), ROOT / "pyproject.toml", ROOT / "Makefile"]:
        assert not re.search(r"--(extra-)?index-url|pypi\.org|pythonhosted", path.read_text()), path.name
