from gateway.programs.ntp import time_services
from tests.programs.written import sites


def test_a_segment_is_answered_on_the_boxs_address_there_and_nobody_else() -> None:
    (service,) = time_services(sites()["router-a"])
    words = service.file.text.splitlines()
    assert {"binddevice eth2", "bindaddress 192.168.20.1", "bindaddress 2001:db8:20::1"} <= set(words)
    assert [word for word in words if word.startswith("allow")] == ["allow 192.168.20.0/24", "allow 2001:db8:20::/64"]
    assert "cmdport 0" in words


def test_it_asks_the_declared_servers() -> None:
    (service,) = time_services(sites()["dhcp-and-pd"])
    assert "server 192.0.2.123 iburst" in service.file.text
