from gateway.programs.names import LINE_SERVERS, name_services
from tests.programs.written import sites


def names(name: str) -> list[str]:
    (service,) = name_services(sites()[name])
    return service.file.text.splitlines()


def test_declared_servers_go_before_what_the_line_tells() -> None:
    assert {"no-resolv", "server=192.168.10.5", "server=2001:db8:10::5"} <= set(names("router-a"))
    assert not [word for word in names("router-a") if word.startswith("resolv-file")]
    assert f"resolv-file={LINE_SERVERS}" in names("static-and-ra")


def test_it_serves_its_own_port_alone() -> None:
    assert {"interface=eth2", "except-interface=lo", "bind-dynamic"} <= set(names("router-a"))


def test_nobody_is_served_unless_asked_for() -> None:
    assert not list(name_services(sites()["pd-alone"]))
