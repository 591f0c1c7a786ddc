import pytest

from gateway.site.layout import Layout, Line, Role, Zone


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("roles", [(Role.A,), (Role.B,), (Role.A, Role.B)])
def test_zones_follow_from_layout_and_roles(layout: Layout, roles: tuple[Role, ...]) -> None:
    zones = layout.zones(roles)

    assert Zone.CLAIM in zones
    assert (Zone.LAN in zones) == (Role.A in roles)
    assert (Zone.WAN in zones) == (Role.B in roles)
    assert (Zone.QUALIFICATION in zones) == layout.value.endswith("/claim+qualification")


def test_there_are_nine_on_three_lines() -> None:
    assert len(Layout) == 9
    assert {layout.line for layout in Layout} == set(Line)
    assert sum(layout.combined for layout in Layout) == 3
