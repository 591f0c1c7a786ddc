import pytest

from gateway.firewall.elements import spelled
from gateway.twin.namespace import Namespace
from tests.firewall.kernel import HERE, dump, run

ADDRESS_PAIR4, ADDRESS_PAIR6 = "ipv4_addr . ipv4_addr", "ipv6_addr . ipv6_addr"

WRITTEN = [
    (f"{ADDRESS_PAIR4} . inet_service", "interval", "192.168.10.21 . 192.168.20.10 . 445"),
    (f"{ADDRESS_PAIR4} . inet_service", "interval", "10.1.20.0/24 . 192.168.20.10/31 . 8000-8010"),
    (f"{ADDRESS_PAIR4} . inet_service", "interval", "192.168.10.0/24 . 0.0.0.0/1 . 1-65535"),
    (f"{ADDRESS_PAIR6} . inet_service", "interval", "2001:db8:10::21 . 2001:db8:20::10 . 445"),
    (f"{ADDRESS_PAIR6} . inet_service", "interval", "2001:db8:10::/80 . 8000::/1 . 53"),
    (ADDRESS_PAIR4, "interval", "192.168.20.10 . 192.0.2.10"),
    (ADDRESS_PAIR6, "interval", "2001:db8:20::10 . 2001:db8:9::10"),
    ("ipv4_addr . inet_service", "interval", "192.168.20.10/31 . 443"),
    ("ipv4_addr", "interval", "203.0.113.0/25"),
    ("ipv4_addr", "interval", "192.0.2.10"),
    ("ipv4_addr", "interval", "128.0.0.0/1"),
    ("ipv6_addr", "interval", "2001:db8:c::/48"),
    ("ipv4_addr", "timeout", "192.168.10.250"),
    ("ipv6_addr", "timeout", "2001:db8:10::21"),
]


@pytest.mark.root
@pytest.mark.parametrize(("kind", "flags", "element"), WRITTEN)
def test_what_the_compiler_writes_the_kernel_says_in_the_same_words(
    namespace: Namespace, kind: str, flags: str, element: str
) -> None:
    run(namespace, f"table {HERE} {{\nset s {{\ntype {kind}\nflags {flags}\nelements = {{ {element} }}\n}}\n}}")

    assert [spelled(one) for one in elements(namespace)] == [element]


@pytest.mark.root
def test_a_time_out_is_no_part_of_the_element(namespace: Namespace) -> None:
    run(namespace, f"table {HERE} {{\nset s {{\ntype ifname . ifname\nflags timeout\n}}\n}}")
    run(namespace, f'add element {HERE} s {{ "eth1" . "eth0.20" timeout 1h }}')

    assert [spelled(one) for one in elements(namespace)] == ["eth1 . eth0.20"]


@pytest.mark.root
def test_an_asked_question_is_four_parts(namespace: Namespace) -> None:
    kind = "ipv6_addr . inet_service . ipv6_addr . inet_service"
    run(namespace, f"table {HERE} {{\nset s {{\ntype {kind}\nflags dynamic,timeout\ntimeout 30s\nsize 8192\n}}\n}}")
    run(namespace, f"add element {HERE} s {{ 2001:db8:20::10 . 40000 . 2001:db8:c::1 . 53 }}")

    assert [spelled(one) for one in elements(namespace)] == ["2001:db8:20::10 . 40000 . 2001:db8:c::1 . 53"]


@pytest.mark.parametrize("strange", [{"set": ["a"]}, {"prefix": {"addr": "::", "len": "64"}}, None, ["a"], 1.5])
def test_a_form_the_compiler_never_writes_is_an_error(strange: object) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        spelled(strange)


def elements(namespace: Namespace) -> list[object]:
    (found,) = (entry["set"] for entry in dump(namespace, f"set {HERE} s") if "set" in entry)
    return list(found["elem"])
