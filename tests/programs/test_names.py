import subprocess
from pathlib import Path

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


def test_the_forwarders_are_told_of_the_servers_of_every_line_once(tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links/3").write_text("DNS=192.0.2.53 2001:db8::53\nNTP=192.0.2.123\n")
    (tmp_path / "dialled").write_text("nameserver 192.0.2.54\nnameserver 192.0.2.53\nsearch evil.example\n")
    places = {"LINKS": "links", "DIALLED": "dialled", "LINE_SERVERS": "resolv.conf"}
    told = {f"CLAIM_GATEWAY_{name}": str(tmp_path / path) for name, path in places.items()}
    script = Path(__file__).parents[2] / "systemd" / "claim-gateway-line"

    subprocess.run([script], check=True, env=told | {"PATH": "/usr/bin:/bin"})

    servers = (tmp_path / "resolv.conf").read_text().splitlines()[1:]
    assert servers == [f"nameserver {one}" for one in ("192.0.2.53", "2001:db8::53", "192.0.2.54")]
