"""``python -m sandbox.gallery FOLDER [PART …]``: the documents' pictures, or those of some parts."""

import asyncio
import sys
from pathlib import Path

from sandbox.gallery import alerts, edges, inbox, insights, readme

PARTS = {part.__name__.rpartition(".")[2]: part.main for part in (readme, alerts, insights, edges, inbox)}

if __name__ == "__main__":
    target, *chosen = sys.argv[1:] or ["docs/pictures"]
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen or PARTS:
        asyncio.run(PARTS[name](folder))
