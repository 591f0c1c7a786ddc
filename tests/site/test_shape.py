from pathlib import Path

from gateway.site.parse import parse
from gateway.site.shape import ERRORS_MAX, Shaped, shape
from gateway.site.tree import Mapping

GOOD = (Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml").read_text()


def shaped(*edits: tuple[str, str]) -> Shaped:
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    tree, _ = parse(text)
    assert isinstance(tree, Mapping)
    return shape(tree)


def test_good_data_becomes_a_site() -> None:
    result = shaped()

    assert result.site is not None
    assert not result.complaints
    assert not result.left_out


def test_wrong_parts_are_left_out_and_the_rest_remains() -> None:
    result = shaped(("192.168.10.21", "192.168.10"), ("port: eth0", "port: ''"), ('"12"', "12"))

    assert len(result.complaints) == 3
    assert result.site is not None
    assert result.site.zones.lan is None
    assert result.site.zones.claim is not None
    assert result.site.zones.wan is None
    assert ("zones", "wan", "port") in result.left_out


def test_a_misspelt_key_is_not_also_a_missing_one() -> None:
    ((_, text),) = shaped(("layout:", "lay_out:")).complaints

    assert text == "'lay_out' is not known in the site file. did you mean layout?"


def test_a_refused_value_is_not_refused_again() -> None:
    assert not shaped(("layout: ip-vpn/claim", "layout:")).complaints


def test_a_file_that_is_no_site_file_is_not_examined_further() -> None:
    result = shaped(("layout:", "".join(f"k{number}: 1\n" for number in range(1000)) + "layout:"))

    assert len(result.complaints) == ERRORS_MAX
    assert result.site is None
