from gateway.programs.leases import lease_services
from tests.programs.written import sites


def leases(name: str) -> list[str]:
    (service,) = lease_services(sites()[name])
    return service.file.text.splitlines()


def test_a_declared_card_gets_its_own_address_and_the_others_are_given_the_rest() -> None:
    words = leases("router-a")
    assert "dhcp-host=02:00:5e:10:00:01,192.168.20.10,12h" in words
    assert [word for word in words if word.startswith("dhcp-range=192.")] == [
        "dhcp-range=192.168.20.0,static,255.255.255.0,12h",
        "dhcp-range=192.168.20.11,192.168.20.12,255.255.255.0,12h",
        "dhcp-range=192.168.20.20,192.168.20.20,255.255.255.0,12h",
    ]


def test_only_router_b_is_the_way_out() -> None:
    assert "dhcp-option=option:router" in leases("router-a")
    assert "ra-param=eth2,60,0" in leases("router-a")
    assert "dhcp-option=option:router,192.168.20.1" in leases("dhcp-and-pd")
    assert "ra-param=eth2,60,1800" in leases("dhcp-and-pd")


def test_terminals_make_up_addresses_only_where_the_prefix_is_the_lines() -> None:
    assert "dhcp-range=2001:db8:20::,static,64" in leases("router-a")
    assert "dhcp-range=::,constructor:eth2,ra-only,64" in leases("dhcp-and-pd")


def test_it_answers_no_names() -> None:
    assert {"port=0", "no-resolv"} <= set(leases("router-a"))
