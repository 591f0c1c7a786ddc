from typing import Any

from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.rules.finding import inside, repeated, terminals, written


def test_inside_and_terminals_name_their_places(data: Any) -> None:
    site = Site.model_validate(data({}))

    assert [(zone, path) for zone, _, path in inside(site)] == [
        (Zone.LAN, ("zones", "lan")),
        (Zone.CLAIM, ("zones", "claim")),
    ]
    assert [(terminal.name, path) for _, terminal, path in terminals(site)] == [
        ("請求端末", ("zones", "claim", "terminals", 0))
    ]


def test_repeated_points_at_the_later_one() -> None:
    assert [found.path for found in repeated(["x", "y", "x"], ("list",), "word")] == [("list", 2)]


def test_written() -> None:
    assert written(["a", "b"]) == "[a, b]"
