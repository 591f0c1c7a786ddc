from gateway.firewall.rules import errors_accepted, own_errors_accepted, refused


def test_refused_logs_a_little_and_drops_all() -> None:
    log, drop = refused("lan>wan", "lan to wan: not declared")
    assert "limit rate" in log
    assert "group 5" in log
    assert drop == 'counter drop comment "lan to wan: not declared"'


def test_errors_are_bounded_in_size_and_rate_and_never_redirect() -> None:
    for rule in errors_accepted():
        assert "meta length <=" in rule
        assert "limit rate" in rule
        assert "redirect" not in rule
        assert "echo" not in rule


def test_own_errors_cover_both_families() -> None:
    assert [rule.split()[0] for rule in own_errors_accepted()] == ["icmp", "icmpv6"]
