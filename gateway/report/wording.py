"""How zones, services and hours are called before people, in English and Japanese."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from gateway.policy.model import Granted, Protocol, ServicePorts, When, Window
from gateway.site.layout import Layout, Zone
from gateway.site.openings import Day

Lang = Literal["en", "ja"]

_ZONES: dict[Zone, tuple[str, str]] = {
    Zone.LAN: ("lan", "院内LAN"),
    Zone.CLAIM: ("claim", "請求端末"),
    Zone.QUALIFICATION: ("qualification", "資格確認端末"),
    Zone.WAN: ("wan", "回線"),
    Zone.TUNNEL: ("tunnel", "トンネル"),
    Zone.GATEWAY: ("gateway", "本装置"),
}
_DAYS = dict(zip(Day, "月火水木金土日", strict=True))
_EVERY_PORT = (1, 65_535)


def zone_name(zone: Zone, layout: Layout, lang: Lang) -> str:
    """A zone's name. In English it is the word of the site file; a combined terminal is called what it is."""
    en, ja = _ZONES[zone]
    if lang == "en":
        return en
    return "兼用端末" if zone is Zone.CLAIM and layout.combined else ja


def services_text(services: Iterable[ServicePorts]) -> str:
    """Services grouped by protocol: "tcp 53, 443; udp 53, 123; esp"."""
    given = tuple(services)
    parts = []
    for protocol in Protocol:
        ports = [one.ports for one in given if one.protocol is protocol]
        if any(port is not None and (port.first, port.last) == _EVERY_PORT for port in ports):
            parts.append(f"{protocol} *")
        elif ports:
            parts.append(" ".join((protocol, ", ".join(str(port) for port in ports if port is not None))).rstrip())
    return "; ".join(parts)


def when_text(when: When, lang: Lang) -> str:
    """When sessions may start, in a few words."""
    match when:
        case Window(hours, days):
            return f"{hours}{_days_text(days, lang)}"
        case Granted(name, at_most):
            longest = duration_text(at_most)
            return f"一時許可 {name}（{longest}まで）" if lang == "ja" else f"granted: {name}, {longest} at most"
    return "常時" if lang == "ja" else "always"


def duration_text(length: timedelta) -> str:
    """A length of time as the site file writes it."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _days_text(days: tuple[Day, ...], lang: Lang) -> str:
    if len(days) == len(Day):
        return ""
    ordered = [day for day in Day if day in days]
    return f" {''.join(_DAYS[day] for day in ordered)}" if lang == "ja" else f" {', '.join(ordered)}"
