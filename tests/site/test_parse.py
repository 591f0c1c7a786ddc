import pytest

from gateway.site.parse import parse
from gateway.site.tree import Mapping, Place, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("True", True),
        ("false", False),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("2028-03-31", "2028-03-31"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("02:00:5e:10:00:01", "02:00:5e:10:00:01"),
        ("9" * 5000, float("inf")),
        ('"null"', "null"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    tree, complaints = parse(f"a: {text}\n")

    assert tree is not None
    assert plain(tree) == {"a": value}
    assert not complaints


@pytest.mark.parametrize("text", ["", "# only this\n", "---\n", "\n\n"])
def test_nothing_to_read(text: str) -> None:
    assert parse(text) == (None, [])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", [(3, 1)]),
        ("a:\nb: ~\nc: [1, ]\nd:\n  -\n", [(1, 1), (2, 1), (5, 4)]),
        ("a: &x 1\nb: *x\n", [(1, 4), (2, 4)]),
        ("a: !!str 1\n", [(1, 4)]),
        ("[a]: 1\n", [(1, 1)]),
        ('a: "\\e"\n', [(1, 4)]),
        ("a: |\n  x\n  y\n", [(1, 4)]),
    ],
)
def test_complaints_that_leave_a_tree(text: str, places: list[tuple[int, int]]) -> None:
    tree, complaints = parse(text)

    assert isinstance(tree, Mapping)
    assert [place for place, _ in complaints] == [Place(*place) for place in places]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a:\n\tb: c\n", (2, 1), "a tab"),
        ("a: [1, 2\nb: 3\n", (1, 4), "bracket"),
        ('a: "x\n', (1, 4), "quote"),
        ("a: b: c\n", (1, 5), "second colon"),
        ("a: @x\n", (1, 4), "cannot begin"),
        ("- a\nb: c\n", (2, 1), "not YAML"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second document"),
        ("%YAML 1.1\n---\na: 1\n", (2, 1), "1.2"),
        ("a: " + "[" * 99, (1, 19), "levels"),
        ("- 1\n" * 30_000, (20_000, 3), "values"),
    ],
)
def test_text_that_stops_being_a_site_file(text: str, place: tuple[int, int], said: str) -> None:
    tree, complaints = parse(text)

    assert tree is None
    ((found, what),) = complaints
    assert found == Place(*place)
    assert said in what
