from gateway.site import tree
from gateway.site.parse import parse
from gateway.site.tree import Mapping, Node, Place

TEXT = """\
a: 1
list:
  - {x: 1}
  - {x: 2, y: }
"""


def parsed() -> Node:
    node, _ = parse(TEXT)
    assert isinstance(node, Mapping)
    return node


def test_values_and_keys_know_their_places() -> None:
    path, node = tree.descend(parsed(), ("list", 1, "x"))

    assert path == ("list", 1, "x")
    assert node.place == Place(4, 9)
    assert tree.key_place(parsed(), ("list", 1, "x")) == Place(4, 6)
    assert tree.key_place(parsed(), ("list", 1)) == Place(4, 5)
    assert tree.key_place(parsed(), ()) == Place(1, 1)


def test_descend_stops_where_the_data_does() -> None:
    path, node = tree.descend(parsed(), ("list", 7, "x"))

    assert path == ("list",)
    assert node.place == Place(3, 3)


def test_without_keeps_the_places_of_the_rest() -> None:
    rest = tree.without(parsed(), ("list", 0))

    assert tree.plain(rest) == {"a": 1, "list": [{"x": 2, "y": None}]}
    assert tree.descend(rest, ("list", 0))[1].place == Place(4, 5)
    assert tree.plain(tree.without(parsed(), ("list", 0, "x"))) == {"a": 1, "list": [{}, {"x": 2, "y": None}]}
    assert tree.plain(tree.without(parsed(), ("a",))) == {"list": [{"x": 1}, {"x": 2, "y": None}]}
    assert tree.without(parsed(), ("b", 1)) == parsed()


def test_broken_paths() -> None:
    assert list(tree.broken_paths(parsed())) == [("list", 1, "y")]
