"""What holds for every page people see in a browser."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from bot.web import pages as package
from bot.web.pages import Pages

HOSTILE = "<script>alert(1)</script>\" onload='x' \u202ekcab\u2066 {{ 7 * 7 }} & Zoë"
ENTRIES = [(HOSTILE, HOSTILE)]
FORM = {"form_token": HOSTILE}
DISCORD = {"discord_name": HOSTILE, "discord_id": HOSTILE, "avatar_url": None}
CONFIRM = {
    **DISCORD, **FORM, "handle": HOSTILE, "display_name": HOSTILE, "granted": ENTRIES, "refused": ENTRIES,
    "kind": "new", "replaces_handle": None, "action": HOSTILE, "undo_action": HOSTILE,
}  # fmt: skip
GO_ON = {**DISCORD, **FORM, "features": ENTRIES, "scopes": ENTRIES, "action": HOSTILE, "minutes_left": 9}
CONNECTED = {
    **FORM, "handle": HOSTILE, "discord_name": HOSTILE, "granted": ENTRIES, "refused": ENTRIES, "moved": True,
    "undo_action": HOSTILE,
}  # fmt: skip
PROBLEM = {"title": HOSTILE, "sentence": HOSTILE, "next_steps": [HOSTILE, HOSTILE], "code": HOSTILE, "status": 410}

EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "go on": ("go_on.html", GO_ON),
    "go on with a picture": ("go_on.html", GO_ON | {"avatar_url": HOSTILE, "minutes_left": 0}),
    "confirm": ("confirm.html", CONFIRM),
    "confirm nothing granted": ("confirm.html", CONFIRM | {"granted": []}),
    "confirm widening": ("confirm.html", CONFIRM | {"kind": "widen", "refused": []}),
    "confirm a move": ("confirm.html", CONFIRM | {"kind": "move"}),
    "confirm a replacement": ("confirm.html", CONFIRM | {"kind": "replace", "replaces_handle": HOSTILE}),
    "connected": ("connected.html", CONNECTED),
    "connected for good": ("connected.html", CONNECTED | {"moved": False, "refused": [], "undo_action": None}),
    "undone": ("undone.html", {"revoked": True}),
    "undone here only": ("undone.html", {"revoked": False}),
    "problem": ("problem.html", PROBLEM),
    "problem without a way on": ("problem.html", PROBLEM | {"next_steps": [], "code": None}),
    "problem with one way on": ("problem.html", PROBLEM | {"next_steps": [HOSTILE]}),
    "home": ("home.html", {}),
}


class Outline(HTMLParser):
    """The elements of a page with their attributes, and all its text."""

    VOID = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.text = ""
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self._open)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def inside(self, tag: str) -> Iterator[tuple[str, dict[str, str | None]]]:
        return ((name, attributes) for name, attributes, parents in self.elements if tag in parents)


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES.keys())
def outline(request: pytest.FixtureRequest) -> Outline:
    page, values = request.param
    return Outline(Pages().render(page, **values))


def words(page: str, **values: Any) -> str:
    return " ".join(Outline(Pages().render(page, **values)).text.split())


def test_every_template_has_an_example() -> None:
    files = {path.name for path in Path(package.__file__).parent.glob("*.html")}
    assert files - {"base.html", "parts.html"} == {page for page, _ in EXAMPLES.values()}


def test_nothing_from_outside_becomes_markup(outline: Outline) -> None:
    assert not outline.unbalanced
    assert not outline.all("script")
    assert not [name for _, attributes, _ in outline.elements for name in attributes if name.startswith("on")]
    assert "49" not in outline.text


def test_there_is_no_inline_style_and_nothing_from_elsewhere(outline: Outline) -> None:
    assert not outline.all("style")
    assert not [attributes for _, attributes, _ in outline.elements if "style" in attributes]
    assert [link["href"] for link in outline.all("link")] == ["/pages/style.css"]
    assert not outline.all("iframe") + outline.all("object") + outline.all("base")


def test_a_page_has_a_language_a_title_one_heading_and_one_main(outline: Outline) -> None:
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("h1")) == len(outline.all("main")) == len(outline.all("title")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in outline.all("meta")


def test_headings_skip_no_level(outline: Outline) -> None:
    assert not [name for name, _, _ in outline.elements if name in {"h3", "h4", "h5", "h6"}]


def test_every_form_is_a_post_with_the_form_token(outline: Outline) -> None:
    forms = outline.all("form")
    assert all(form["method"] == "post" for form in forms)
    tokens = [
        attributes["value"]
        for name, attributes in outline.inside("form")
        if name == "input" and attributes["name"] == "form_token"
    ]
    assert tokens == [HOSTILE] * len(forms)


def test_pictures_and_drawings_speak_to_nobody_who_cannot_see_them(outline: Outline) -> None:
    assert all(image["alt"] == "" for image in outline.all("img"))
    assert all(drawing["aria-hidden"] == "true" for drawing in outline.all("svg"))


@pytest.mark.parametrize(("page", "values"), [("go_on.html", GO_ON), ("confirm.html", CONFIRM)])
def test_names_cannot_turn_the_line_around(page: str, values: dict[str, Any]) -> None:
    name = "evil\u202emoc.\u2066x\u200f"
    quiet = values | {"features": [], "scopes": [], "granted": [], "refused": [], "discord_id": "1"}
    text = words(page, **quiet | {"discord_name": name, "handle": name, "display_name": name})
    assert "evilmoc.x" in text
    assert not set("\u202e\u2066\u200f") & set(text)


@pytest.mark.parametrize(("page", "values"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_a_missing_value_is_an_error_and_not_a_blank(page: str, values: dict[str, Any]) -> None:
    for missing in values.keys() - {"replaces_handle"}:
        given = {name: value for name, value in values.items() if name != missing}
        if missing in {"form_token", "action"} and values.get("undo_action", "") is None:
            continue
        with pytest.raises(UndefinedError):
            Pages().render(page, **given)


def test_the_page_before_fanvue_names_the_discord_user_and_warns() -> None:
    text = words("go_on.html", **GO_ON | {"discord_name": "Mara", "discord_id": "42"})
    assert "bound to this Discord user: M Discord Mara ID 42" in text
    assert "Not you? Close this page. Whoever sent you this link would get access to your Fanvue account." in text
    assert "works for 9 more minutes" in text


@pytest.mark.parametrize(("minutes", "sentence"), [(1, "for one more minute."), (0, "for less than a minute.")])
def test_the_last_minutes_are_counted_in_words(minutes: int, sentence: str) -> None:
    assert sentence in words("go_on.html", **GO_ON | {"minutes_left": minutes})


def test_a_picture_is_shown_where_there_is_one() -> None:
    address = "https://cdn.discordapp.com/avatars/1/a.png"
    outline = Outline(Pages().render("go_on.html", **GO_ON | {"avatar_url": address}))
    assert [image["src"] for image in outline.all("img")] == [address]
    assert not Outline(Pages().render("go_on.html", **GO_ON)).all("img")


def test_the_confirmation_names_both_accounts_and_offers_both_ways() -> None:
    values = CONFIRM | {"discord_name": "Mara", "display_name": "Luna", "handle": "luna.maris", "action": "/yes"}
    outline = Outline(Pages().render("confirm.html", **values | {"undo_action": "/no"}))
    text = " ".join(outline.text.split())
    assert "Mara" in text
    assert "L Fanvue Luna @luna.maris" in text
    assert [form["action"] for form in outline.all("form")] == ["/yes", "/no"]
    assert "Yes, connect No, undo" in text


def test_a_move_and_a_replacement_say_what_they_cost() -> None:
    assert "connected to another Discord user now. Going on moves it to you. They lose it and are told." in words(
        "confirm.html", **CONFIRM | {"kind": "move"}
    )
    replaced = words(
        "confirm.html", **CONFIRM | {"kind": "replace", "replaces_handle": "old.luna", "handle": "luna.maris"}
    )
    assert "You are connected as @old.luna. Going on replaces it with @luna.maris." in replaced
    assert "Going on" not in words("confirm.html", **CONFIRM)


def test_what_could_not_be_revoked_is_said_with_the_way_to_do_it() -> None:
    text = words("undone.html", revoked=False)
    assert "Third Party Apps Consent" in text
    assert "Third Party Apps Consent" not in words("undone.html", revoked=True)


def test_undo_is_offered_only_where_it_leads_somewhere() -> None:
    assert Outline(Pages().render("connected.html", **CONNECTED)).all("form")
    assert not Outline(Pages().render("connected.html", **CONNECTED | {"undo_action": None})).all("form")


def test_the_stylesheet_asks_nobody_else_for_anything() -> None:
    style = Pages().stylesheet.decode()
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
    assert "@import" not in style
