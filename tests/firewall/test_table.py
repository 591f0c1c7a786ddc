from ipaddress import ip_network

from gateway.firewall.table import Chain, Counter, NamedSet, Table, braces, literal


def test_text_is_a_table_block() -> None:
    table = Table(
        "inet",
        "t",
        (Counter("n"),),
        (NamedSet("s", "ipv4_addr", "interval", ("192.0.2.0/24",)),),
        (Chain("c", ("counter drop",), "type filter hook input priority filter; policy drop;"),),
    )
    assert table.text() == (
        "table inet t {\n"
        "  counter n { }\n"
        "  set s {\n"
        "    type ipv4_addr\n"
        "    flags interval\n"
        "    elements = { 192.0.2.0/24 }\n"
        "  }\n"
        "  chain c {\n"
        "    type filter hook input priority filter; policy drop;\n"
        "    counter drop\n"
        "  }\n"
        "}\n"
    )


def test_a_set_without_elements_has_no_line_for_them() -> None:
    assert not any("elements" in line for line in NamedSet("s", "ipv4_addr", "interval").lines())


def test_a_sets_options_stand_between_its_flags_and_its_elements() -> None:
    one = NamedSet("s", "ipv4_addr", "dynamic,timeout", ("192.0.2.1",), options=("timeout 30s", "size 8"))
    assert [line.strip() for line in one.lines()] == [
        "set s {",
        "type ipv4_addr",
        "flags dynamic,timeout",
        "timeout 30s",
        "size 8",
        "elements = { 192.0.2.1 }",
        "}",
    ]


def test_a_chain_that_is_jumped_to_has_no_hook() -> None:
    assert [line.strip() for line in Chain("c", ("accept",)).lines()] == ["chain c {", "accept", "}"]


def test_literals() -> None:
    assert literal(ip_network("192.0.2.1/32")) == "192.0.2.1"
    assert literal(ip_network("2001:db8::1/128")) == "2001:db8::1"
    assert literal(ip_network("2001:db8::/48")) == "2001:db8::/48"
    assert braces(("a", "b")) == "{ a, b }"
