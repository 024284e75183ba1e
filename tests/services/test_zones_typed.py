"""A time zone can be written as people say it."""

import pytest

from bot.domain.errors import BadInputError
from bot.services.preferences import PreferencesService

ZONES = PreferencesService(None, None)  # type: ignore[arg-type] # what is typed is read without what is stored


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        (" New York ", "America/New_York"),
        ("asia/kathmandu", "Asia/Kathmandu"),
        ("utc", "UTC"),
    ],
)
def test_a_city_and_any_case_are_understood(typed: str, meant: str) -> None:
    assert ZONES.known(typed).key == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Istanbul", "`Asia/Istanbul`, `Europe/Istanbul`"),
        ("Mars", "`Europe/Berlin`"),
        ("GMT+2", "`Europe/Berlin`"),
        ("*`@everyone", "`Europe/Berlin`"),
    ],
)
def test_what_could_be_several_or_none_is_refused_with_names_that_work(typed: str, said: str) -> None:
    with pytest.raises(BadInputError, match="not a time zone") as refused:
        ZONES.known(typed)
    assert str(refused.value).endswith(f"such as {said}.")


def test_no_zone_is_offered_that_lies_on_the_other_side_of_its_name() -> None:
    assert ZONES.matching("gmt+2") == []
