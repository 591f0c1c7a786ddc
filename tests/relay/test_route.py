from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.parcel import Direction
from gateway.relay.route import Route
from gateway.site.model import Returns
from tests.relay.conftest import directory_shelf
from tests.relay.rig import SHARE
from tests.relay.test_ledger import parcel


@pytest.fixture
def route(tmp_path: Path) -> Route:
    return Route(directory_shelf(tmp_path), directory_shelf(tmp_path), SHARE, Returns())


def test_claims_go_to_the_terminal_and_returns_to_the_people(route: Route) -> None:
    claim, back = parcel(), parcel(direction=Direction.RETURN)

    assert route.target(Direction.CLAIM) is route.terminal
    assert route.target(Direction.RETURN) is route.people
    assert route.final(claim) == PurePosixPath("claims/2021-11/社保/01回目_1108-2310/RECEIPTC.UKE")
    assert route.final(back).parts[:2] == ("【厳秘】請求ゲートウェイ", "返戻")


def test_a_parcel_without_a_number_has_no_final_place(route: Route) -> None:
    with pytest.raises(ValueError, match="has no target yet"):
        route.final(replace(parcel(), target=None))


def test_fetched_returns_are_put_away_below_their_own_folder(route: Route) -> None:
    assert route.fetched_folder == route.returns_folder / "取込済"
