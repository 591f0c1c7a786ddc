from xml.parsers import expat

import pytest

from gateway.report import svg

NASTY = '<script>alert("1")</script> & \' ]]>'


def parsed(text: str) -> str:
    """All character data of a well-formed document."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = found.append
    parser.Parse(text, True)
    return "".join(found)


def test_whatever_a_site_is_called_stays_text() -> None:
    picture = svg.document(10, 10, NASTY, [svg.text(0, 0, NASTY), svg.group(NASTY, [svg.label(0, 0, NASTY)])])

    assert parsed(picture).count(NASTY) == 4
    assert "<script" not in picture


def test_nothing_is_loaded_from_outside() -> None:
    picture = svg.document(
        10, 10, "x", [svg.box(0, 0, 1, 1, fill="#fff", stroke="#000"), svg.arrow(0, 9, 5, stroke="#000")]
    )

    assert "href" not in picture
    assert picture.count("http") == 1  # the namespace's name
    assert "url(" not in picture


def test_an_arrow_points_where_it_goes() -> None:
    assert 'd="M 90 5 L 81 0 L 81 10 Z"' in svg.arrow(10, 90, 5, stroke="#000")
    assert 'd="M 10 5 L 19 0 L 19 10 Z"' in svg.arrow(90, 10, 5, stroke="#000")


@pytest.mark.parametrize(
    ("words", "room"), [("請求端末の名前がとても長い場合", 60), ("a long name of a terminal", 60), ("x", 1)]
)
def test_what_is_too_long_is_cut_with_an_ellipsis(words: str, room: int) -> None:
    short = svg.shortened(words, 12, room)

    assert short.endswith("…")
    assert len(short) < len(words) or short == "…"
    assert svg.text_width(short, 12) <= max(room, svg.text_width("…", 12))


def test_what_fits_stays() -> None:
    assert svg.shortened("請求端末", 12, 48) == "請求端末"
