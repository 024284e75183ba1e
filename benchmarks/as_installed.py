"""Runs sandbox.discord.launch without what only developers have installed.

httpx and structlog load rich, click and pygments where they find them; an operator has none of them.
"""

import sys
from typing import Any

DEVELOPERS_ALONE = ("rich", "click", "pygments")

if __name__ == "__main__":
    absent: dict[str, Any] = dict.fromkeys(DEVELOPERS_ALONE)
    sys.modules.update(absent)
    from sandbox.discord import launch

    launch.main(sys.argv[1:])
