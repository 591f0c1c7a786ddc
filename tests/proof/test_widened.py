from gateway.proof.read import read
from gateway.proof.ruleset import Kind, Verdict
from gateway.proof.widened import widened
from tests.proof.recorded import dump_of


def test_pairs_accept_and_everything_above_them_stays() -> None:
    before = read(dump_of("ip-vpn-claim")).tables[0].chains
    after = widened(read(dump_of("ip-vpn-claim"))).tables[0].chains

    changed = {name for name in before if before[name] != after[name]}
    assert "claim_to_lan" in changed
    assert "wan_to_gateway" in changed
    assert not changed & {"forward", "input", "output", "prerouting", "from_wan", "errors", "start_tcp"}
    assert {after[name].rules[0].statements for name in changed} == {(Verdict(Kind.ACCEPT),)}
