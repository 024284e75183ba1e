"""What is sealed opens only with the right key and for the one it belongs to."""

import pytest
from cryptography.fernet import Fernet

from bot.vault.keyring import Keyring, KeyringError, SealError, new_key


def test_a_sealed_text_opens_for_its_owner_alone() -> None:
    keyring = Keyring([new_key()])
    sealed = keyring.seal("secret", identity="tokens:a")
    assert keyring.open(sealed, identity="tokens:a") == "secret"
    with pytest.raises(SealError):
        keyring.open(sealed, identity="tokens:b")


def test_another_key_opens_nothing() -> None:
    sealed = Keyring([new_key()]).seal("secret", identity="a")
    with pytest.raises(SealError):
        Keyring([new_key()]).open(sealed, identity="a")


def test_the_first_key_seals_and_all_keys_open() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring([old]).seal("secret", identity="a")
    both = Keyring([new, old])
    assert both.open(sealed, identity="a") == "secret"
    assert Keyring([new]).open(both.reseal(sealed), identity="a") == "secret"


@pytest.mark.parametrize("keys", [[], ["short"], [Fernet.generate_key().decode()[:-2]]])
def test_unusable_keys_are_refused_without_being_repeated(keys: list[str]) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring(keys)
    assert all(key not in str(caught.value) for key in keys)


def test_neither_the_ring_nor_its_errors_show_a_key() -> None:
    key = new_key()
    ring = Keyring([key])
    assert key not in repr(ring)
    assert len(ring.sealing_key_id) == 8


def test_a_quick_seal_keeps_every_promise_of_the_other() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring([old]).seal_quickly("sécret\nline".encode(), identity="event:a")
    both = Keyring([new, old])
    assert "sécret" not in sealed
    assert both.open(sealed, identity="event:a") == both.open_unclaimed(sealed) == "sécret\nline"
    assert not both.is_sealed_with_first(sealed)
    fresh = both.reseal(sealed)
    assert both.is_sealed_with_first(fresh)
    assert Keyring([new]).open(fresh, identity="event:a") == "sécret\nline"
    for keyring, identity in ((both, "event:b"), (Keyring([new]), "event:a")):
        with pytest.raises(SealError):
            keyring.open(sealed, identity=identity)


@pytest.mark.parametrize("damage", ["q1:", "q1:00000000:", "q1:x:y:z", "{}A", "{}é"])
def test_a_damaged_quick_seal_opens_for_nobody(damage: str) -> None:
    keyring = Keyring([new_key()])
    broken = damage.format(keyring.seal_quickly(b"secret", identity="a"))
    assert not keyring.is_sealed_with_first(broken)
    with pytest.raises(SealError):
        keyring.open(broken, identity="a")
    with pytest.raises(SealError):
        keyring.reseal(broken)


def test_no_quick_seal_is_equal_to_another() -> None:
    keyring = Keyring([new_key()])
    assert len({keyring.seal_quickly(b"same", identity="a") for _ in range(100)}) == 100
