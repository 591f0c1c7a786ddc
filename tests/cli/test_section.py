import pytest

from gateway.cli.section import Figure, Section, words


def test_a_section_that_complains_of_nothing_is_well() -> None:
    assert Section("relay", (("parcels", "0 on their way"),)).well


@pytest.mark.parametrize("section", [Section("relay", (), ("one waits",)), Section("relay", (), critical=("shut",))])
def test_any_complaint_makes_it_unwell(section: Section) -> None:
    assert not section.well


@pytest.mark.parametrize(("name", "counts_up"), [("repairs_total", True), ("parcels", False)])
def test_a_total_counts_up(name: str, *, counts_up: bool) -> None:
    assert Figure(name, 1, "x").counts_up is counts_up


def test_words_are_picked_by_language() -> None:
    assert (words("en")("well", "正常"), words("ja")("well", "正常")) == ("well", "正常")
