"""What is written about the bot is true."""

import re
from pathlib import Path

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
