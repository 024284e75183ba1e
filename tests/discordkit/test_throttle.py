"""One person cannot eat what others need."""

from tests.rig import Rig, words_of


async def test_too_many_commands_of_one_person_are_slowed_and_others_go_on(rig: Rig) -> None:
    answers = [words_of(await rig.luna.slash(rig.desk, "privacy show")) for _ in range(21)]
    assert "A little slower" in answers[-1]
    assert not any("slower" in answer for answer in answers[:20])
    assert "slower" not in words_of(await rig.members["cleo"].slash(rig.desk, "privacy show"))
