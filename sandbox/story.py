"""``python -m sandbox.story``: the main job from beginning to end, with the real bot as a process of its own."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sandbox.discord import StandInDiscord
from sandbox.discord.interactions import Interaction
from sandbox.discord.model import Channel, Message, User
from sandbox.fanvue import SandboxFanvue
from sandbox.playground import Playground, playground
from sandbox.process import BotProcess, BotTeam
from sandbox.records import rows
from sandbox.visitor import Visitor

CREATOR = "lunavale"
STEP_SECONDS = 40
POSTING = ("read:post", "write:post", "read:media", "write:media")


class StepError(Exception):
    """What should have been, and was not."""


def expect(claim: object, otherwise: str) -> None:
    """Raise StepError unless the claim holds."""
    if not claim:
        raise StepError(otherwise)


@dataclass
class Stage:
    """The world of the story."""

    ground: Playground
    luna: User
    outsider: User
    desk: Channel

    @property
    def discord(self) -> StandInDiscord:
        return self.ground.discord

    @property
    def fanvue(self) -> SandboxFanvue:
        return self.ground.fanvue

    @property
    def bot(self) -> BotProcess | BotTeam:
        return self.ground.bot

    @property
    def browser(self) -> Visitor:
        return self.ground.browser

    def cards(self, channel: Channel | None) -> list[Message]:
        """The bot's cards in a place: its messages with a Reply button."""
        if channel is None:
            return []
        found = self.discord.messages(channel)
        return [message for message in found if any(label == "Reply" for label in labels(message))]

    @property
    def dm(self) -> Channel | None:
        """The creator's direct messages."""
        return self.discord.dm(self.luna)

    async def slash(self, user: User, channel: Channel | None, command: str, /, **options: object) -> Interaction:
        """A command and its answer."""
        return await (await self.discord.slash(user, channel, command, **options)).wait(15)


def labels(message: Message) -> list[str]:
    """The labels of a message's buttons."""
    return [part.get("label", "") for row in message.components for part in row.get("components", [])]


def link_in(interaction: Interaction) -> str:
    """The address behind the connect button."""
    for message in interaction.messages:
        for row in message.components:
            for part in row.get("components", []):
                if part.get("url"):
                    return str(part["url"])
    raise StepError(f"no link in the answer: {interaction.text[:200]}")


async def connects_without_posting(stage: Stage) -> None:
    asked = await stage.slash(stage.luna, None, "connect")
    page = await stage.browser.connect(link_in(asked), CREATOR, untick=POSTING)
    expect(page.status == 200 and f"@{CREATOR}" in page.text, f"no connected page: {page.status} {page.text[:200]}")
    expect("Posting" in page.text, "the page does not say what was refused")
    await stage.discord.wait_for(lambda: f"Connected as @{CREATOR}" in asked.text)
    expect("Not given" in asked.text, "the private message does not say what was refused")


async def sees_earnings(stage: Stage) -> None:
    answer = await stage.slash(stage.luna, stage.desk, "insights earnings", period="28d")
    expect(answer.ephemeral, "money was shown to everybody")
    expect("$" in answer.text and "before" in answer.text, f"no totals: {answer.text[:200]}")
    await stage.discord.wait_for(lambda: any(message.attachments for message in answer.messages))
    picture = answer.messages[0].attachments[0]
    expect(picture.size > 1000, "the chart is empty")


async def is_refused_then_widens_then_posts(stage: Stage) -> None:
    refused = await stage.slash(stage.luna, None, "post create", text="Hello from Discord")
    await stage.discord.wait_for(lambda: "has not allowed" in refused.text)
    button = refused.messages[-1]
    asked = await (await stage.discord.click(stage.luna, button, "Add permission")).wait()
    page = await stage.browser.connect(link_in(asked), CREATOR)
    expect(page.status == 200, f"widening failed: {page.status} {page.text[:200]}")
    posted = await stage.slash(stage.luna, None, "post create", text="Hello from Discord")
    await stage.discord.wait_for(lambda: "Nothing is sent" in posted.text)
    await (await stage.discord.click(stage.luna, posted.messages[-1], "Post now")).wait()
    await stage.discord.wait_for(lambda: "Posted" in posted.text)
    desk = stage.fanvue.world.desk(stage.fanvue.world.account(CREATOR))
    count = sum(post.text == "Hello from Discord" for post in desk.posts)
    expect(count == 1, f"the post is there {count} times")


async def gets_one_card_in_each_place(stage: Stage) -> None:
    await stage.slash(stage.luna, stage.desk, "alerts channel", channel=stage.desk)
    await stage.fanvue.fan_writes(CREATOR, fan_of(stage), "Good morning! Loved the last set.")
    await stage.discord.wait_for(lambda: stage.cards(stage.dm) and stage.cards(stage.desk))
    await asyncio.sleep(0.3)
    counts = len(stage.cards(stage.dm)), len(stage.cards(stage.desk))
    expect(counts == (1, 1), f"cards in DM and channel: {counts}")
    expect("Loved" not in stage.cards(stage.desk)[0].text, "the text is shown in a channel without age gate")


async def answers_with_discords_reply(stage: Stage) -> None:
    card = stage.cards(stage.desk)[0]
    await stage.discord.say(stage.luna, stage.desk, "Not from everywhere", reply_to=card)
    note = await stage.discord.wait_for(
        lambda: next((one for one in stage.discord.messages(stage.desk) if "not age-restricted" in one.text), None)
    )
    await (await stage.discord.click(stage.luna, note, "Allow replies here")).wait()
    await stage.discord.say(stage.luna, stage.desk, "Thank you, more on Friday", reply_to=card)
    await stage.discord.wait_for(lambda: "Answered" in stage.cards(stage.desk)[0].text)
    await stage.discord.say(stage.luna, stage.desk, "not to be sent", reply_to=card, ping=False)
    await stage.discord.wait_for(
        lambda: any("Turn the @ on" in message.text for message in stage.discord.messages(stage.desk))
    )
    texts = [message.text for message in stage.fanvue.messages(CREATOR, fan_of(stage))]
    expect("not to be sent" not in texts, "a reply without its text was sent")
    expect("Not from everywhere" not in texts, "a reply was sent from a place that its creator did not choose")
    expect(texts.count("Thank you, more on Friday") == 1, "the fan does not see the answer exactly once")
    await stage.discord.wait_for(lambda: "Answered" in stage.cards(stage.dm)[0].text)


async def refuses_the_outsider(stage: Stage) -> None:
    before = len(stage.fanvue.messages(CREATOR, fan_of(stage)))
    card = stage.cards(stage.desk)[0]
    pressed = await (await stage.discord.click(stage.outsider, card, "Reply")).wait()
    expect(pressed.modal is None and "not yours" in pressed.text, f"the outsider got: {pressed.text[:200]}")
    await stage.discord.say(stage.outsider, stage.desk, "Hi, it is me, luna", reply_to=card)
    await stage.discord.wait_for(
        lambda: (
            (told := stage.discord.dm(stage.outsider))
            and any("not yours" in message.text for message in stage.discord.messages(told))
        )
    )
    expect(len(stage.fanvue.messages(CREATOR, fan_of(stage))) == before, "the outsider's words reached the fan")
    asked = await stage.slash(stage.outsider, stage.desk, "insights earnings")
    await stage.discord.wait_for(lambda: "No Fanvue account" in asked.text)


async def makes_no_second_card(stage: Stage) -> None:
    before = len(stage.cards(stage.dm)), len(stage.cards(stage.desk))
    delivery = next(row for row in stage.fanvue.deliveries if "message.received" in row.topic)
    status = await stage.fanvue.redeliver(delivery.id)
    expect(status == 204, f"the repeated delivery was answered {status}")
    await asyncio.sleep(0.5)
    expect((len(stage.cards(stage.dm)), len(stage.cards(stage.desk))) == before, "a second card was made")


async def survives_a_kill(stage: Stage) -> None:
    before = len(stage.cards(stage.dm)), len(stage.cards(stage.desk))
    hanging = stage.discord.fail("POST", "/channels/*/messages", hang=True, times=None)
    first = len(stage.fanvue.deliveries)
    for number, fan in enumerate(fans_of(stage)[1:4]):
        await stage.fanvue.fan_writes(CREATOR, fan, f"Message number {number}")
    async with asyncio.timeout(10):
        while [delivery.status for delivery in stage.fanvue.deliveries[first:]] != [204] * 3:
            await asyncio.sleep(0.05)
    await stage.bot.kill()
    hanging.remove()
    await stage.bot.start()
    wanted = before[0] + 3, before[1] + 3
    await stage.discord.wait_for(
        lambda: (len(stage.cards(stage.dm)), len(stage.cards(stage.desk))) == wanted, timeout=30
    )
    await asyncio.sleep(1)
    counts = len(stage.cards(stage.dm)), len(stage.cards(stage.desk))
    expect(counts == wanted, f"cards in DM and channel: {counts}, not {wanted}")


async def disconnects(stage: Stage) -> None:
    await stage.discord.wait_ready()
    asked = await stage.slash(stage.luna, None, "disconnect")
    await stage.discord.click(stage.luna, asked.messages[-1], "Disconnect")
    await stage.discord.wait_for(lambda: "is disconnected" in asked.text)
    left = await rows(stage.ground.database_url, "SELECT id FROM connections")
    expect(not left, "the tokens are still stored")
    expect(stage.fanvue.oauth.revoked, "the tokens were not revoked at Fanvue")
    answer = await stage.slash(stage.luna, None, "insights earnings")
    await stage.discord.wait_for(lambda: "No Fanvue account" in answer.text)
    expect("Connect Fanvue" in labels(answer.messages[-1]), "no button to connect")


async def leaves_nothing_unknown(stage: Stage) -> None:
    expect(not stage.discord.unknown_routes, f"Discord does not know: {stage.discord.unknown_routes}")
    code = await stage.bot.stop()
    expect(code == 0, f"the bot ended with {code}:\n{stage.bot.last_lines()}")


STEPS: list[tuple[str, Callable[[Stage], Awaitable[None]]]] = [
    ("connects as a creator with posting unticked, and the page says what was refused", connects_without_posting),
    ("/insights earnings shows totals and a chart, privately", sees_earnings),
    ("/post create is refused with a button, widened, then posts once", is_refused_then_widens_then_posts),
    ("a fan writes: exactly one card in DM and in the team channel", gets_one_card_in_each_place),
    ("Discord's own Reply answers, and the fan sees it once", answers_with_discords_reply),
    ("an outsider is refused, by button, reply and command", refuses_the_outsider),
    ("the same webhook again makes no second card", makes_no_second_card),
    ("killed with 3 events accepted and not delivered: all 3 arrive, each once", survives_a_kill),
    ("/disconnect: tokens gone and revoked, the next command offers to connect", disconnects),
    ("nothing unknown was asked of Discord, and the bot stops in order", leaves_nothing_unknown),
]


def fan_of(stage: Stage) -> str:
    """The handle of a fan who can be written to."""
    return fans_of(stage)[0]


def fans_of(stage: Stage) -> list[str]:
    """The handles of all fans who can be written to."""
    desk = stage.fanvue.world.desk(stage.fanvue.world.account(CREATOR))
    return [chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable]


async def play(stage: Stage) -> int:
    """Every step, one line each; how many failed. What follows a failed step is not tried."""
    for number, (title, step) in enumerate(STEPS, 1):
        started = time.perf_counter()
        try:
            async with asyncio.timeout(STEP_SECONDS):
                await step(stage)
        except (StepError, TimeoutError, RuntimeError, LookupError) as error:
            print(f"  ✗ {number:2}. {title}  ({time.perf_counter() - started:.1f} s)\n      {error}", flush=True)
            print(f"      the bot's log ends:\n{stage.bot.last_lines()}", flush=True)
            return 1
        print(f"  ✓ {number:2}. {title}  ({time.perf_counter() - started:.1f} s)", flush=True)
    return 0


async def main(database_url: str | None = None, api_path: str = "/api", roles: Sequence[str] = ("all",)) -> int:
    """Build the stage and play; 0 when every step went well."""
    print("The main job, with the real bot, a stand-in Discord and the sandbox's Fanvue:", flush=True)
    async with playground(database_url=database_url, api_path=api_path, roles=roles) as ground:
        discord = ground.discord
        luna, outsider = discord.add_user("luna"), discord.add_user("olli_outsider")
        guild = discord.add_guild("Lunavale Team", luna)
        discord.add_member(guild, outsider)
        desk = discord.add_channel(guild, "fan-desk")
        await ground.bot.start()
        await discord.wait_ready()
        return await play(Stage(ground, luna, outsider, desk))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.story", description="Play the main job.")
    parser.add_argument("--database-url", help="an empty database to play on; a SQLite file of its own when left out")
    parser.add_argument("--api-path", default="/api", help="the surface of Fanvue's API: /api or /api/v1")
    parser.add_argument("--roles", default="all", help="comma separated, a process each; several need PostgreSQL")
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    sys.exit(asyncio.run(main(options.database_url, options.api_path, options.roles.split(","))))
