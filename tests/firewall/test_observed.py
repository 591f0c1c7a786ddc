from gateway.firewall import pppoe
from gateway.firewall.observed import LiveSet, read
from tests.firewall.test_listing import LISTING

LATCH = "table inet claim_gateway_closed {\n\tchain input {\n\t\ttype filter hook input priority -450; policy drop;\n\t}\n}\n"


def test_our_table_is_read_whole() -> None:
    found = read(LISTING)

    assert found.text is not None
    assert set(found.rules) == {"side", "forward"}
    assert found.hooks == {"forward": "type filter hook forward priority filter; policy drop;"}
    assert found.counters == {"n"}
    assert found.strangers == (("ct helper", "ftp"),)
    assert found.held
    assert not found.dormant
    assert not found.latched


def test_a_set_has_its_elements_with_and_without_their_time() -> None:
    found = read(LISTING).sets

    assert found["pcs"] == LiveSet(
        "ipv4_addr . inet_service",
        frozenset({"interval"}),
        frozenset({"192.0.2.0/24 . 1-9", "192.0.2.9 . 445"}),
        ("size 8", 'comment "who, and { where }"'),
    )
    assert found["grant"].elements == {"192.0.2.1", "192.0.2.2"}
    assert found["grant"].timed == ("192.0.2.1 timeout 1h expires 59m58s", "192.0.2.2 expires 3s")


def test_others_are_told_by_where_they_see_packets() -> None:
    assert read(LISTING).foreign_hooks == (
        'netdev other in: type filter hook ingress device "eth0" priority filter; policy accept;',
    )


def test_the_latch_is_none_of_the_others() -> None:
    found = read(LATCH)

    assert (found.text, found.latched, found.latch, found.foreign_hooks) == (None, True, LATCH, ())


def test_a_table_that_sleeps_is_told() -> None:
    assert read(LISTING.replace("flags owner", "flags dormant")).dormant


def test_a_dial_ups_table_and_its_barrier_are_none_of_the_others() -> None:
    chain = '\tchain x {\n\t\ttype filter hook ingress device "eth0" priority filter; policy accept;\n\t}\n'
    tables = "".join(f"table netdev {name} {{\n{chain}}}\n" for name in (pppoe.TABLE, pppoe.SHUT_TABLE, "other"))

    (told,) = read(tables).foreign_hooks
    assert told.startswith("netdev other x: ")
