import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.names import NameTrouble, folded, is_temporary, matches, name_trouble, published_name


@pytest.mark.parametrize(
    "name",
    [
        "desktop.ini",
        "Thumbs.db",
        "THUMBS.DB",
        "~$RECEIPTC.UKE",
        "a.crdownload",
        "a.partial",
        "A.TMP",
        "RECEIPTC.UKE.filepart",
    ],
)
def test_names_of_programs_are_ignored(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["RECEIPTC.UKE", "tmp", "partial.UKE", "請求.UKE"])
def test_names_of_people_are_not(name: str) -> None:
    assert not is_temporary(name)


def test_patterns_ignore_case() -> None:
    assert matches("receiptc.hen", ("*.HEN",))
    assert matches("RECEIPTC.HEN", ("*.hen",))
    assert not matches("RECEIPTC.UKE", ("*.HEN", "*.csv"))


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("RECEIPTC (1).HEN", "RECEIPTC.HEN"),
        ("RECEIPTC(12).UKE", "RECEIPTC.UKE"),
        ("RECEIPTC.HEN", "RECEIPTC.HEN"),
        ("(1).HEN", "(1).HEN"),
        ("か\u3099 (2).HEN", "が.HEN"),
        ("report (final).pdf", "report (final).pdf"),
    ],
)
def test_a_browser_s_mark_goes(name: str, published: str) -> None:
    assert published_name(name) == published


@given(st.text(min_size=1))
def test_a_published_name_is_never_empty(name: str) -> None:
    assert published_name(name)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("RECEIPTC.UKE", None),
        ("請求 2021年11月.UKE", None),
        ("a:b", NameTrouble.FORBIDDEN_CHARACTER),
        ("a\nb", NameTrouble.FORBIDDEN_CHARACTER),
        ("RECEIPTC\u202eEKU.exe", NameTrouble.FORBIDDEN_CHARACTER),
        ("CON", NameTrouble.DEVICE),
        ("con .UKE", NameTrouble.DEVICE),
        ("com1.UKE", NameTrouble.DEVICE),
        ("RECEIPTC.", NameTrouble.TRAILING),
        ("RECEIPTC ", NameTrouble.TRAILING),
        ("あ" * 100, NameTrouble.TOO_LONG),
        (b"\x83\x8c.UKE".decode(errors="surrogateescape"), NameTrouble.NOT_TEXT),
    ],
)
def test_names_windows_cannot_hold(name: str, trouble: NameTrouble | None) -> None:
    assert name_trouble(name) == trouble


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RECEIPTC.UKE", "receiptc.uke"),
        ("が.UKE", "か\u3099.UKE"),
        ("ＵＫＥ.UKE", "ｕｋｅ.uke"),
        ("É.UKE", "e\u0301.UKE"),
    ],
)
def test_names_one_windows_folder_cannot_hold_both_of_are_folded_alike(one: str, other: str) -> None:
    assert one != other
    assert folded(one) == folded(other)


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_names_people_take_for_different_stay_so() -> None:
    assert folded("RECEIPTC.UKE") != folded("RECEIPTC.HEN")
    assert folded("ＵＫＥ") != folded("UKE")  # full width
