from datetime import time, timedelta

import pytest

from gateway.policy.model import Granted, Protocol, ServicePorts, Window
from gateway.policy.services import ANYTHING, DNS, IKE, tcp, udp
from gateway.report.wording import duration_text, services_text, when_text, zone_name
from gateway.site.layout import Layout, Zone
from gateway.site.openings import Day
from gateway.site.values import Hours, PortRange


@pytest.mark.parametrize(
    ("services", "text"),
    [
        ((tcp(445),), "tcp 445"),
        ((tcp(53), tcp(443), udp(53), udp(123)), "tcp 53, 443; udp 53, 123"),
        (IKE, "udp 500, 4500; esp"),
        ((*DNS, ServicePorts(Protocol.TCP, PortRange(8000, 8010))), "tcp 53, 8000-8010; udp 53"),
        (ANYTHING, "tcp *; udp *"),
    ],
)
def test_services_are_grouped_by_protocol(services: tuple[ServicePorts, ...], text: str) -> None:
    assert services_text(services) == text


def test_always() -> None:
    assert (when_text(None, "en"), when_text(None, "ja")) == ("always", "常時")


def test_a_window_names_its_days_unless_it_is_every_day() -> None:
    hours = Hours(time(18, 30), time.max)

    assert when_text(Window(hours, tuple(Day)), "ja") == "18:30-24:00"
    assert when_text(Window(hours, (Day.FRI, Day.MON)), "ja") == "18:30-24:00 月金"
    assert when_text(Window(hours, (Day.FRI, Day.MON)), "en") == "18:30-24:00 mon, fri"


def test_a_grant_names_its_longest_time() -> None:
    granted = Granted("vendor-ssh", timedelta(hours=2))

    assert when_text(granted, "en") == "granted: vendor-ssh, 2h at most"
    assert when_text(granted, "ja") == "一時許可 vendor-ssh（2hまで）"


@pytest.mark.parametrize(("minutes", "text"), [(30, "30m"), (60, "1h"), (90, "90m"), (1440, "1d"), (20160, "14d")])
def test_durations_as_the_site_file_writes_them(minutes: int, text: str) -> None:
    assert duration_text(timedelta(minutes=minutes)) == text


def test_a_combined_terminal_is_called_what_it_is() -> None:
    assert zone_name(Zone.CLAIM, Layout.IP_VPN_COMBINED, "ja") == "兼用端末"
    assert zone_name(Zone.CLAIM, Layout.IP_VPN_CLAIM, "ja") == "請求端末"
    assert zone_name(Zone.CLAIM, Layout.IP_VPN_COMBINED, "en") == "claim"
