"""What cannot be built here is at least checked: the image's recipe, the unit, the proxies, the composition."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.web.webhooks import ADDRESS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SINCE_254 = r"Unknown key '(RestartSteps|RestartMaxDelaySec)'"
"""Older versions of systemd ignore these and try again every five seconds."""


def instructions() -> list[list[tuple[str, str]]]:
    """The Dockerfile's stages, each a list of instruction and arguments."""
    text = re.sub(r"\\\n", " ", "\n".join(line for line in lines("Dockerfile") if not line.startswith("#")))
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, " ".join(rest.split())))
    return stages


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text().splitlines()


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match, pattern
    return match[1]


def arguments(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for given, rest in stage if given == word]


def test_the_image_is_built_in_one_stage_and_runs_in_another_without_root() -> None:
    build, final = instructions()
    (origin,) = arguments(build, "FROM")
    assert origin.endswith(" AS build")
    assert arguments(final, "FROM") == [origin.removesuffix(" AS build")]
    words = [word for word, _ in final]
    assert arguments(final, "USER") == ["fanvue"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert any("useradd" in run and "--uid 10001" in run for run in arguments(final, "RUN"))
    assert not any("pip" in run for run in arguments(final, "RUN"))


def test_the_image_holds_compiled_code_and_pinned_packages_and_no_secret() -> None:
    build, final = instructions()
    runs = " ".join(arguments(build, "RUN"))
    assert "--require-hashes" in runs
    assert "compileall -q /venv/lib" in runs
    assert "compileall -q bot cogs migrations" in runs
    copied = " ".join(arguments(build, "COPY"))
    assert {word for word in copied.split() if not word.startswith("requirements")} == {"bot", "cogs", "migrations"}
    assert all(copy.startswith("--from=build ") for copy in arguments(final, "COPY"))
    everything = " ".join(rest for stage in instructions() for _, rest in stage)
    for secret in ("DISCORD_TOKEN", "CLIENT_SECRET", "WEBHOOK_SECRET", "TOKEN_KEYS", ".env "):
        assert secret not in everything


def test_the_image_asks_whether_it_is_ready_and_stops_when_asked() -> None:
    _, final = instructions()
    (health,) = arguments(final, "HEALTHCHECK")
    assert "/health/ready" in health
    assert arguments(final, "STOPSIGNAL") == ["SIGTERM"]
    assert arguments(final, "ENTRYPOINT") == ['["python", "-m", "bot"]']
    assert arguments(final, "CMD") == ['["run"]']


def test_every_variable_the_image_and_the_composition_set_is_a_setting() -> None:
    _, final = instructions()
    known = {name.upper() for name in Settings.__dataclass_fields__} | {"PATH"}
    named = {pair.partition("=")[0] for env in arguments(final, "ENV") for pair in env.split()}
    assert {name for name in named if not name.startswith("PYTHON")} <= known
    composed = re.findall(r"^      ([A-Z_]+): ", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    assert composed
    assert set(composed) <= known


def test_the_composition_builds_this_repository_and_keeps_what_is_stored_in_its_volume() -> None:
    composed = (DEPLOY / "compose.yaml").read_text()
    assert ((DEPLOY / found(r"build: (\S+)", composed)) / "Dockerfile").samefile(ROOT / "Dockerfile")
    assert (DEPLOY / found(r"env_file: (\S+)", composed)).resolve() == ROOT / ".env"
    (volume,) = arguments(instructions()[1], "VOLUME")
    name, _, target = found(r"^    volumes:\n      - (\S+)", composed).partition(":")
    assert target == volume
    assert re.search(rf"^volumes:\n  {name}:$", composed, re.MULTILINE)
    assert found(r"DATABASE_URL: (sqlite\S+)", composed).startswith(f"sqlite+aiosqlite:///{volume}/")


def test_only_the_web_port_is_published_and_only_on_loopback() -> None:
    published = re.findall(r"^      - ([\d.:]+)", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    assert published == ["127.0.0.1:8080:8080"]
    assert instructions()[1].count(("EXPOSE", "8080")) == 1


def test_caddy_lets_every_page_and_webhook_through_and_nothing_that_is_for_the_operator() -> None:
    passed = found(r"@bot path (.+)", (DEPLOY / "Caddyfile").read_text()).split()
    sources = "".join(path.read_text() for path in (ROOT / "bot/web").glob("*.py"))
    pages = set(re.findall(r"add_(?:get|post)\(f?\"(/[^\"]*)\"", sources))
    stays = {page for page in pages | {ADDRESS, f"{ADDRESS}/event"} if not any(fnmatch(page, one) for one in passed)}
    assert len(pages) > len(stays)
    assert stays == {"/health/ready", "/metrics"}


def test_requirements_are_pinned_with_hashes() -> None:
    text = re.sub(r" \\\n", " ", (ROOT / "requirements/runtime.txt").read_text())
    for line in text.splitlines():
        if line.strip() and not line.strip().startswith("#"):
            assert re.match(r"\S+==\S+ .*--hash=sha256:", line), line


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_one_systemd_takes(tmp_path: Path) -> None:
    code = tmp_path / "python"
    code.symlink_to("/bin/true")
    unit = tmp_path / "fanvue-discord.service"
    text = (DEPLOY / "fanvue-discord.service").read_text()
    unit.write_text(text.replace("/srv/fanvue-discord/.venv/bin/python", str(code)))
    told = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=30, check=False)
    complaints = [line for line in told.stderr.splitlines() if not re.search(SINCE_254, line)]
    assert (told.returncode, complaints) == (0, [])


def test_the_unit_runs_as_nobody_special_and_does_not_try_wrong_settings_again() -> None:
    unit = (DEPLOY / "fanvue-discord.service").read_text()
    for line in ("User=fanvue", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "StateDirectoryMode=0700"):
        assert line in unit.splitlines()
    assert "RestartPreventExitStatus=78" in unit


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxies_lead_to_the_web_port_and_log_no_addresses(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert f"127.0.0.1:{Settings.__dataclass_fields__['web_port'].default}" in text
    assert str(Settings.__dataclass_fields__["metrics_port"].default) not in text
    assert not re.search(r"^\s*log\b|access_log (?!off)", text, re.MULTILINE)
