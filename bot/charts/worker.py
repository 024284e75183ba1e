"""The drawing process: charts come in on standard input, pictures go out on standard output.

Started as ``python -m bot.charts.worker``; ends at once when its starter does, whatever it is doing.
"""

import gc
import json
import os
import shutil
import struct
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

REQUEST = struct.Struct(">I")
"""Before each request: its length."""
ANSWER = struct.Struct(">?I")
"""Before each answer: whether it is a picture (or else the name of what went wrong), and its length."""
FONTS_VERSION = "3.11.0"
"""Of matplotlib's list of fonts; another one only means that it looks through the system's fonts after all."""
FONTS: dict[str, object] = {
    "_version": FONTS_VERSION,
    "_FontManager__default_weight": "normal",
    "default_size": None,
    "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
    "afmlist": [],
    "ttflist": [],
    "__class__": "FontManager",
}
CALENDAR = b'{"calendar"'
"""How a request for a calendar begins; others are for charts of values."""


def main() -> None:
    """Answer requests until the starter is gone."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A stray print of a library must not end up inside a picture.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    _load()
    while True:
        is_drawn, body = _answer(requests.get())
        answers.write(ANSWER.pack(is_drawn, len(body)) + body)
        answers.flush()


def _load() -> None:
    """Load matplotlib while nobody has asked yet, and spare it the system's fonts: charts name their own by file."""
    list_of_fonts = Path(os.environ["MPLCONFIGDIR"], f"fontlist-v{FONTS_VERSION}.json")
    if not list_of_fonts.exists():
        list_of_fonts.write_text(json.dumps(FONTS))
    gc.disable()  # all that is loaded stays
    import bot.charts.render  # noqa: F401, PLC0415 - after the list, and after the listener

    gc.freeze()
    gc.enable()


def _listen(source: BinaryIO, requests: "SimpleQueue[bytes]") -> None:
    """Pass requests on; the end of the input means that the starter died, and takes this process with it."""
    while len(head := source.read(REQUEST.size)) == REQUEST.size:
        requests.put(source.read(*REQUEST.unpack(head)))
    shutil.rmtree(os.environ["MPLCONFIGDIR"], ignore_errors=True)
    os._exit(0)


def _answer(request: bytes) -> tuple[bool, bytes]:
    from bot.charts.calendar import CalendarChart  # noqa: PLC0415 - as in _load
    from bot.charts.calendar_picture import render_calendar  # noqa: PLC0415 - as in _load
    from bot.charts.render import render  # noqa: PLC0415 - as in _load
    from bot.charts.series import TrendChart  # noqa: PLC0415 - as in _load

    try:
        if request.startswith(CALENDAR):
            return True, render_calendar(CalendarChart.from_json(request))
        return True, render(TrendChart.from_json(request))
    except Exception as error:  # noqa: BLE001 - one bad chart must not end the process
        return False, type(error).__name__.encode()


if __name__ == "__main__":
    main()
