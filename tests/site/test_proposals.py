import pytest

from gateway.site.proposals import Kind, kind, mistakes, weak


@pytest.mark.parametrize(
    ("word", "stands_for"),
    [
        ("aes256gcm16", Kind.AEAD),
        ("aes256", Kind.ENCRYPTION),
        ("sha256", Kind.INTEGRITY),
        ("prfsha384", Kind.PRF),
        ("ecp384", Kind.GROUP),
        ("curve25519", Kind.GROUP),
        ("esn", Kind.OTHER),
        ("aes257", None),
    ],
)
def test_words(word: str, stands_for: Kind | None) -> None:
    assert kind(word) is stands_for


def test_what_nobody_advises_any_more_is_weak() -> None:
    assert weak("3des-md5-modp1024") == ("3des", "md5", "modp1024")
    assert weak("aes128-sha1-modp2048") == ("sha1",)
    assert weak("aes256gcm16-prfsha384-ecp384") == ()


@pytest.mark.parametrize(
    ("proposal", "says"),
    [
        ("aes256gcm16-prfsha384", "no key exchange"),
        ("aes256-modp2048", "integrity"),
        ("sha256-modp2048", "no encryption"),
        ("aes256gcm16-prfsha384-ecp385", "'ecp385' is no algorithm"),
    ],
)
def test_what_is_missing_in_one_for_ike(proposal: str, says: str) -> None:
    (found,) = mistakes(proposal, ike=True)
    assert says in found


def test_what_is_good() -> None:
    assert not list(mistakes("aes256gcm16-prfsha384-ecp384", ike=True))
    assert not list(mistakes("aes256-sha256-modp2048", ike=True, version=1))
    assert not list(mistakes("aes256gcm16", ike=False))


def test_version_1_has_no_authenticated_encryption() -> None:
    (found,) = mistakes("aes256gcm16-prfsha384-ecp384", ike=True, version=1)
    assert "version 1" in found
