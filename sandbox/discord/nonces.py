"""`enforce_nonce`: the same author and nonce in the same channel, within a few minutes, is the same message."""

import time

from sandbox.discord.model import Message

_PRUNE_ABOVE = 4096


class Nonces:
    """Remembers sent nonces for `window_seconds`, which may be changed at any time."""

    def __init__(self, window_seconds: float) -> None:
        self.window_seconds = window_seconds
        self._sent: dict[tuple[int, int, str], tuple[float, Message]] = {}

    def find(self, channel_id: int, author_id: int, nonce: str) -> Message | None:
        known = self._sent.get((channel_id, author_id, nonce))
        if known is None or time.monotonic() - known[0] > self.window_seconds:
            return None
        return known[1]

    def remember(self, message: Message) -> None:
        assert message.nonce is not None
        now = time.monotonic()
        if len(self._sent) > _PRUNE_ABOVE:
            self._sent = {key: entry for key, entry in self._sent.items() if now - entry[0] <= self.window_seconds}
        self._sent[message.channel_id, message.author_id, message.nonce] = (now, message)
