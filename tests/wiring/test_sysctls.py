from gateway.wiring.sysctls import sysctls

FOUND = {one.path: one.value for one in sysctls(("eth1", "eth2"), ("eth0",))}


def test_forwarding_is_switched_first_since_it_resets_others() -> None:
    assert list(FOUND)[:2] == ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"]


def test_reverse_path_checks_carry_the_mark_and_spare_the_uplink() -> None:
    assert FOUND["net/ipv4/conf/eth1/rp_filter"] == "1"
    assert FOUND["net/ipv4/conf/eth0/rp_filter"] == FOUND["net/ipv4/conf/all/rp_filter"] == "0"
    assert all(
        FOUND[f"net/ipv4/conf/{name}/src_valid_mark"] == "1" for name in ("all", "default", "eth0", "eth1", "eth2")
    )


def test_no_port_believes_redirects_or_advertisements() -> None:
    for name in ("all", "default", "eth0", "eth1", "eth2"):
        assert FOUND[f"net/ipv4/conf/{name}/accept_redirects"] == "0"
        assert FOUND[f"net/ipv6/conf/{name}/accept_redirects"] == "0"
        assert FOUND[f"net/ipv6/conf/{name}/accept_ra"] == "0"


def test_conntrack_is_strict() -> None:
    assert FOUND["net/netfilter/nf_conntrack_tcp_loose"] == "0"
    assert FOUND["net/netfilter/nf_conntrack_tcp_be_liberal"] == "0"


def test_a_port_of_another_protocol_speaks_no_ipv6() -> None:
    (off,) = (one for one in sysctls(("eth0",), (), without_ip=("eth0",)) if one.path.endswith("/disable_ipv6"))
    assert (off.path, off.value) == ("net/ipv6/conf/eth0/disable_ipv6", "1")
