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


def test_an_empty_set_has_no_elements_line() -> None:
    assert not any("elements" in line for line in NamedSet("s", "ipv4_addr", "interval").lines())


def test_literals() -> None:
    assert literal(ip_network("192.0.2.1/32")) == "192.0.2.1"
    assert literal(ip_network("2001:db8::/48")) == "2001:db8::/48"
    assert braces(("a", "b")) == "{ a, b }"
