"""Going on to Fanvue: what a link shows, what it costs to look at it, and which forms count."""

from urllib.parse import parse_qs, urlsplit

import pytest
from served import ALL, CREATOR, LUNA, Browser, Site

from bot.domain.scopes import Feature

FORMS = {
    "another site's origin": {"origin": "https://evil.example"},
    "no origin": {"origin": None},
    "an opaque origin": {"origin": "null"},
    "a neighbour's origin": {"origin": "http://127.0.0.1"},
}


def path_of(link: str) -> str:
    return urlsplit(link).path


async def gone_on(site: Site) -> list[object]:
    return [row["went_on_at"] for row in await site.rows("link_attempts") if row["went_on_at"]]


async def test_the_page_names_the_discord_user_and_what_will_be_asked(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.link())
    assert page.status == 200
    assert "bound to this Discord user" in page.text
    assert "luna ID 1001" in page.text
    assert LUNA.avatar_url is not None
    assert LUNA.avatar_url in page.html
    assert "write:post" in page.html


async def test_only_the_scopes_of_the_picked_features_are_asked_for(site: Site, browser: Browser) -> None:
    address = await browser.leave(await site.link(features={Feature.INSIGHTS}))
    asked = parse_qs(urlsplit(address).query)
    assert set(asked["scope"][0].split()) == {
        "openid", "offline_access", "offline", "read:self", "read:insights", "read:fan",
    }  # fmt: skip
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) == 43


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_previews_spend_nothing(site: Site, browser: Browser, method: str) -> None:
    link = await site.link()
    for _ in range(5):
        assert (await site.browser().ask(method, link)).status == 200
    assert await gone_on(site) == []
    page = await browser.connect(link, CREATOR)
    assert page.status == 200


async def test_a_preview_of_the_way_back_spends_nothing(site: Site, browser: Browser) -> None:
    back = await site.returning(browser)
    assert (await site.browser().ask("HEAD", back)).status == 405
    assert (await browser.ask("HEAD", back)).status == 405
    assert (await site.browser().get(back)).status == 403
    assert site.fanvue.oauth.token_requests == 0
    assert "Are these both yours?" in (await browser.get(back)).text


@pytest.mark.parametrize("wrong", FORMS.values(), ids=FORMS.keys())
async def test_a_form_from_elsewhere_is_refused(site: Site, browser: Browser, wrong: dict[str, str]) -> None:
    link = await site.link()
    _, token = (await browser.get(link)).form(path_of(link))
    answer = await browser.post(link, token, **wrong)
    assert answer.status == 403
    assert "out of date" in answer.text
    assert await gone_on(site) == []


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é\x00", "x" * 70_000])
async def test_a_form_without_its_token_is_refused(site: Site, browser: Browser, token: str | None) -> None:
    link = await site.link()
    await browser.get(link)
    assert (await browser.post(link, token)).status == 403
    assert await gone_on(site) == []


async def test_a_form_token_of_another_browser_or_another_link_is_refused(site: Site, browser: Browser) -> None:
    link, thief = await site.link(), site.browser()
    _, token = (await browser.get(link)).form(path_of(link))
    await thief.get(link)
    assert (await thief.post(link, token)).status == 403
    newer = await site.link()
    assert (await browser.post(newer, token)).status == 403
    assert await gone_on(site) == []


async def test_a_form_without_a_cookie_is_refused(site: Site, browser: Browser) -> None:
    link = await site.link()
    _, token = (await browser.get(link)).form(path_of(link))
    assert (await site.browser().post(link, token)).status == 403


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"form_token=%ff%fe", "application/x-www-form-urlencoded"),
        (b"form_token=abc", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"\xff" * 100, "application/x-www-form-urlencoded"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"no multipart at all", "multipart/form-data; boundary=x"),
        (b'{"form_token": "abc"}', "application/json"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_strange_form_is_refused_and_breaks_nothing(
    site: Site, browser: Browser, body: bytes, kind: str
) -> None:
    link = await site.link()
    await browser.get(link)
    answer = await browser.ask("POST", link, data=body, headers={"Origin": site.origin, "Content-Type": kind})
    assert answer.status == 403


@pytest.mark.parametrize("cookie", [b"fanvue_link=\xff\xfe", b"fanvue_link=\xed\xa0\x80", b'fanvue_link="', b"=;=;"])
async def test_a_strange_cookie_breaks_nothing(site: Site, browser: Browser, cookie: bytes) -> None:
    link = await site.link()
    back = await site.returning(browser)
    stranger = site.browser()
    headers = {"Cookie": cookie.decode("utf-8", "surrogateescape")}
    assert (await stranger.ask("GET", link, headers=headers)).status in {200, 410}
    assert (await stranger.ask("GET", back, headers=headers)).status == 403


@pytest.mark.parametrize(
    "path",
    ["/connect/x", "/connect/%ff%00", "/connect/%ed%a0%80", "/connect/" + "a" * 4000, "/connect/%E2%80%AE"],
)
async def test_a_link_that_is_none_leads_to_its_own_page(site: Site, browser: Browser, path: str) -> None:
    page = await browser.get(site.origin + path)
    assert page.status == 404
    assert "We do not know this link" in page.text
    assert "/connect for a fresh link" in page.text


async def test_a_link_belongs_to_the_browser_that_went_on_first(site: Site, browser: Browser) -> None:
    link, thief = await site.link(), site.browser()
    await browser.leave(link)
    _, token = (await thief.get(link)).form(path_of(link))
    answer = await thief.post(link, token)
    assert answer.status == 403
    assert "begun in another browser" in answer.text
    assert (await browser.leave(link)).startswith(site.fanvue.auth_url)


async def test_a_newer_link_ends_the_older_one(site: Site, browser: Browser) -> None:
    old, _ = await site.link(), await site.link()
    page = await browser.get(old)
    assert page.status == 410
    assert "expired" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil"},
    ],
)
async def test_links_come_from_the_settings_whatever_the_headers_say(
    site: Site, browser: Browser, headers: dict[str, str]
) -> None:
    link = await site.link()
    looked = await browser.ask("GET", link, headers=headers)
    action, token = looked.page.form(path_of(link))
    assert action == link
    went = await browser.post(link, token, **headers)
    asked = parse_qs(urlsplit(went.location).query)
    assert asked["redirect_uri"] == [f"{site.origin}/oauth/callback"]
    assert "evil" not in looked.html + went.location


async def test_codes_states_and_tickets_rest_hashed(site: Site, browser: Browser) -> None:
    link = await site.link()
    address = await browser.leave(link)
    state = parse_qs(urlsplit(address).query)["state"][0]
    (row,) = await site.rows("link_attempts")
    assert path_of(link).rpartition("/")[2] not in str(row)
    assert state not in str(row)
    assert row["sealed_verifier"]


async def test_both_tokens_rest_sealed_and_nothing_is_left_of_the_way(site: Site, browser: Browser) -> None:
    page = await site.connect(browser)
    assert page.status == 200
    assert "Connected as @lunavale" in page.text
    (connection,) = await site.rows("connections")
    assert connection["owner"] == LUNA.id
    assert connection["sealed_tokens"].startswith("gAAAA")
    assert (await site.app.services.connections.of(LUNA.id)).features == ALL
    (pending,) = await site.rows("pending_connections")
    assert pending["sealed_tokens"] is None


async def test_the_page_says_what_works_and_what_was_refused(site: Site, browser: Browser) -> None:
    back = await site.returning(browser, untick=("write:post", "write:chat"))
    asked = await browser.get(back)
    assert "luna ID 1001" in asked.text
    assert "@lunavale" in asked.text
    done = await browser.press(asked, "/confirm")
    granted, _, refused = done.text.partition("What you did not allow")
    assert "Insights" in granted
    assert "Posting" in refused
    assert "Replies" in refused
