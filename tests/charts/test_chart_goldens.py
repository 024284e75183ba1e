"""Charts look as somebody who looked at them wanted them to look."""

import pytest
from golden_charts import CHARTS, FOLDER, drawn
from PIL import Image, ImageChops, ImageStat

PALETTE_AND_HINTING = 4.0
"""Mean difference of a channel, of 255: kept pictures have few colours, and fonts are drawn a little differently."""
CHANGED = 0.02
"""Part of the pixels that may look different."""
NOTICEABLE = 60


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_looks_as_it_was_kept(name: str) -> None:
    kept = Image.open(FOLDER / f"{name}.png").convert("RGB")
    difference = ImageChops.difference(drawn(CHARTS[name]), kept)
    assert max(ImageStat.Stat(difference).mean) < PALETTE_AND_HINTING
    changed = sum(difference.convert("L").histogram()[NOTICEABLE:])
    assert changed < CHANGED * kept.width * kept.height


def test_another_chart_would_not_pass_for_it() -> None:
    kept = Image.open(FOLDER / "money.png").convert("RGB")
    difference = ImageChops.difference(drawn(CHARTS["in_and_out"]), kept)
    assert max(ImageStat.Stat(difference).mean) > PALETTE_AND_HINTING
