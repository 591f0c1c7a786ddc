from gateway.firewall.listing import tables

LISTING = """table inet claim_gateway { # progname claim-gateway
	flags owner
	counter n {
		packets 7 bytes 420
	}

	ct helper ftp {
		type "ftp" protocol tcp
		l3proto ip
	}

	set pcs {
		type ipv4_addr . inet_service
		size 8
		flags interval
		comment "who, and { where }"
		elements = { 192.0.2.0/24 . 1-9,
			\x20\x20\x20\x20\x20192.0.2.9 . 445 }
	}

	set grant {
		type ipv4_addr
		flags timeout
		elements = { 192.0.2.1 timeout 1h expires 59m58s, 192.0.2.2 expires 3s }
	}

	chain side {
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		ip saddr . tcp dport @pcs counter packets 3 bytes 180 accept comment "a } in a word"
		counter packets 12 bytes 99 drop
	}
}
table netdev other {
	chain in {
		type filter hook ingress device "eth0" priority filter; policy accept;
		drop
	}
}
"""


def test_tables_and_their_flags() -> None:
    ours, other = tables(LISTING)

    assert (ours.family, ours.name, ours.flags) == ("inet", "claim_gateway", frozenset({"owner"}))
    assert (other.family, other.name, other.flags) == ("netdev", "other", frozenset())
    assert ours.text + other.text == LISTING


def test_every_object_has_its_kind_and_name() -> None:
    ours, _ = tables(LISTING)

    assert [(one.kind, one.name) for one in ours.objects] == [
        ("counter", "n"),
        ("ct helper", "ftp"),
        ("set", "pcs"),
        ("set", "grant"),
        ("chain", "side"),
        ("chain", "forward"),
    ]


def test_a_chain_is_its_hook_and_its_rules_without_what_they_counted() -> None:
    side, forward = tables(LISTING)[0].of("chain")

    assert (side.hook, side.rules) == ("", ())
    assert forward.hook == "type filter hook forward priority filter; policy drop;"
    assert forward.rules == (
        'ip saddr . tcp dport @pcs counter accept comment "a } in a word"',
        "counter drop",
    )


def test_elements_may_go_on_over_lines_and_have_times() -> None:
    pcs, grant = tables(LISTING)[0].of("set")

    assert pcs.elements == ("192.0.2.0/24 . 1-9", "192.0.2.9 . 445")
    assert grant.elements == ("192.0.2.1 timeout 1h expires 59m58s", "192.0.2.2 expires 3s")
    assert pcs.words("size") == "8"


def test_nothing_is_no_table() -> None:
    assert tables("") == ()
