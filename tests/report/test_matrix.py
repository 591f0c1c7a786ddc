from dataclasses import replace
from datetime import timedelta

from gateway.policy.derive import derive
from gateway.policy.model import Flow, Granted, Policy, Protocol
from gateway.report.matrix import NOTHING, SAME, flow_rows, grid, key
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site


def cell(policy: Policy, origin: Zone, target: Zone) -> str:
    heading, *rows = grid(policy, Layout.IP_VPN_CLAIM, "en")
    return next(row[heading.index(target)] for row in rows if row[0] == origin)


def granted(flow: Flow) -> Flow:
    return replace(flow, id="later", when=Granted("later", timedelta(hours=1)))


def test_every_ordered_pair_has_its_cell(site: Site) -> None:
    policy = derive(site)
    rows = list(grid(policy, site.layout, "en"))

    assert [row[0] for row in rows[1:]] == list(policy.zones)
    assert all(len(row) == len(policy.zones) + 1 for row in rows)
    assert cell(policy, Zone.CLAIM, Zone.LAN) == NOTHING
    assert cell(policy, Zone.LAN, Zone.LAN) == SAME


def test_a_pair_names_each_service_once(site: Site) -> None:
    policy = derive(site)
    share = policy.between(Zone.LAN, Zone.CLAIM)[0]

    doubled = replace(policy, flows=(*policy.flows, replace(share, id="again")))

    assert cell(doubled, Zone.LAN, Zone.CLAIM) == "tcp 445"


def test_what_is_always_open_hides_the_same_service_that_is_not(site: Site) -> None:
    policy = derive(site)
    share = policy.between(Zone.LAN, Zone.CLAIM)[0]

    assert cell(replace(policy, flows=(share, granted(share))), Zone.LAN, Zone.CLAIM) == "tcp 445"
    assert cell(replace(policy, flows=(granted(share),)), Zone.LAN, Zone.CLAIM) == "tcp 445*"


def test_the_key_explains_only_signs_that_are_there(site: Site) -> None:
    policy = derive(site)

    assert len(list(key(policy, "en"))) == 1
    assert len(list(key(replace(policy, flows=(granted(policy.flows[0]),)), "ja"))) == 2


def test_each_flow_is_a_row_in_either_language(site: Site) -> None:
    policy = derive(site)

    for lang, always in (("en", "always"), ("ja", "常時")):
        heading, *rows = flow_rows(policy, site.layout, "ja" if lang == "ja" else "en")
        assert len(rows) == len(policy.flows)
        assert {len(row) for row in rows} == {len(heading)}
        assert {row[3] for row in rows} == {always}
    assert Protocol.TCP in rows[0][1]


def test_what_passes_beside_every_rule_has_its_sign_in_both_directions(site: Site) -> None:
    policy = derive(site.model_copy(update={"pppoe_passthrough": True}))

    assert cell(policy, Zone.WAN, Zone.CLAIM) == "PPPoE!"
    assert cell(policy, Zone.CLAIM, Zone.WAN).endswith("; PPPoE!")
    assert cell(policy, Zone.LAN, Zone.WAN) == NOTHING
    assert any(line.startswith("PPPoE! ") and "C6" in line for line in key(policy, "en"))
    assert any(line.startswith("PPPoE! ") and "C6" in line for line in key(policy, "ja"))
