import pytest

from tests.bench.reload import Kind, measured


@pytest.mark.root
@pytest.mark.parametrize("kind", [Kind.SAME, Kind.ELEMENTS, Kind.RULES])
def test_no_reload_loses_a_packet(kind: Kind) -> None:
    found = measured(kind, 100)

    assert found.sent > 0
    assert found.lost == 0
