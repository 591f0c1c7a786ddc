from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gateway.site import values
from gateway.site.values import Hours, PortRange


def read(kind: Any, value: object) -> object:
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    return adapter.validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (values.Address, "192.168.20.0/24"),
        (values.Address, "192.168.20"),
        (values.Address, "fe80::1"),
        (values.Address, "2001:db8::1%eth0"),
        (values.Address, "::ffff:10.0.0.1"),
        (values.Address, "127.0.0.1"),
        (values.Address, "::"),
        (values.Address, "224.0.0.1"),
        (values.Address, "255.255.255.255"),
        (values.Address, 3232240650),
        (values.Interface, "192.168.20.1"),
        (values.Interface, "192.168.20.0/24"),
        (values.Interface, "192.168.20.255/24"),
        (values.Interface, "192.168.20.1/255.255.255.0"),
        (values.Interface, "192.168.20.1/33"),
        (values.Network, "203.0.113.7/24"),
        (values.Network, "203.0.113.0/0.0.0.255"),
        (values.Network, "0.0.0.0/0"),
        (values.Network, "::ffff:192.168.10.0/120"),
        (values.Network, "::ffff:192.168.10.1"),
        (values.Network, "::/0"),
        (values.Network, "fe80::/64"),
        (values.Network, "2001:db8::1%eth0"),
        (values.Network, ["203.0.113.0/24"]),
        (values.Ports, 0),
        (values.Ports, 65_536),
        (values.Ports, "443-80"),
        (values.Ports, "４４３"),
        (values.Ports, True),
        (values.Ports, 44.3),
        (values.DailyHours, "18:30"),
        (values.DailyHours, "18:30-24:01"),
        (values.DailyHours, "18:30-18:30"),
        (values.DailyHours, 1830),
        (values.Duration, "2 h"),
        (values.Duration, "0h"),
        (values.Duration, "２h"),
        (values.Duration, 7200),
        (values.MacAddress, "01:00:5e:00:00:01"),
        (values.MacAddress, "02-00-5e-10-00-01"),
        (values.InterfaceName, "lo"),
        (values.InterfaceName, "a" * 16),
        (values.InterfaceName, "eth/1"),
        (values.FileName, "../secret"),
        (values.FileName, ""),
        (values.CalendarDate, "2028-02-30"),
        (values.CalendarDate, "20280331"),
        (values.CalendarDate, 20280331),
        (values.Flag, "yes"),
        (values.Flag, 1),
    ],
)
def test_refused(kind: object, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)

    assert "\n" not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("kind", "value", "read_as"),
    [
        (values.Ports, 443, PortRange(443, 443)),
        (values.Ports, "8000-8010", PortRange(8000, 8010)),
        (values.DailyHours, "18:30-24:00", Hours(time(18, 30), time.max)),
        (values.DailyHours, "22:00-06:00", Hours(time(22), time(6))),
        (values.Duration, "90d", timedelta(days=90)),
        (values.Duration, "5y", timedelta(days=5 * 365)),
        (values.MacAddress, "02:00:5E:10:00:01", "02:00:5e:10:00:01"),
        (values.CalendarDate, "2028-02-29", date(2028, 2, 29)),
        (values.FileName, "/etc/claim-gateway/psk", "/etc/claim-gateway/psk"),
    ],
)
def test_read(kind: object, value: object, read_as: object) -> None:
    assert read(kind, value) == read_as


@given(st.ip_addresses())
def test_an_address_reads_as_itself_or_not_at_all(address: object) -> None:
    try:
        found = read(values.Address, str(address))
    except ValidationError:
        return
    assert found == address


@given(st.integers(1, 65_535), st.integers(1, 65_535))
def test_ports_read_back_what_they_write(one: int, other: int) -> None:
    ports = PortRange(min(one, other), max(one, other))

    assert read(values.Ports, str(ports)) == ports


@pytest.mark.parametrize("text", ["18:30-21:00", "00:00-24:00", "22:00-06:00"])
def test_hours_read_back_what_they_write(text: str) -> None:
    assert str(read(values.DailyHours, text)) == text
