import pytest

from gateway.claims.kind import Kind, Payer


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_word(kind: Kind) -> None:
    assert kind.ja


def test_no_kind_is_a_claim_and_a_return() -> None:
    assert not [kind for kind in Kind if kind.claims and kind.returns]


def test_payers_have_their_folders() -> None:
    assert [payer.folder for payer in Payer] == ["社保", "国保"]
    assert [payer.full_name for payer in Payer] == ["支払基金", "国保連合会"]
