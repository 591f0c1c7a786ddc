"""What the programs of some sites are told, kept as files: `python -m tests.programs.written` writes them anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.programs.desired import desired
from gateway.site.layout import Layout, Role
from gateway.site.model import Site
from tests.policy.sites import site_of, site_on_a_line

HERE = Path(__file__).with_name("files")
EVERYTHING = ["dhcp", "ra", "dns", "ntp"]
SERVERS = {"from": ["192.168.10.250"], "ntp": ["192.0.2.123"]}
STATIC4 = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}


def _behind_a_router() -> Site:
    """Router A alone: it is nobody's way out, and tells nobody that it were."""
    terminals: list[dict[str, Any]] = [
        {"name": "一", "address": "192.168.20.10", "address6": "2001:db8:20::10", "mac": "02:00:5e:10:00:01"},
        {"name": "二", "address": "192.168.20.11"},
        {"name": "三", "address": "192.168.20.12"},
        {"name": "四", "address": "192.168.20.20"},
    ]
    plain = site_of(Layout.IP_VPN_CLAIM, (Role.A,))
    zones = plain.zones.model_dump(by_alias=True, exclude_none=True)
    zones["claim"] |= {"serve": EVERYTHING, "terminals": terminals}
    management = {"from": ["192.168.10.250"], "ntp": ["192.168.10.5"], "dns": ["192.168.10.5", "2001:db8:10::5"]}
    return site_of(Layout.IP_VPN_CLAIM, (Role.A,), zones=zones, management=management)


def sites() -> Mapping[str, Site]:
    """The sites, by the name of their folder."""
    return {
        "dhcp-and-pd": site_on_a_line({"dhcp": {}, "pd": {}}, claim={"serve": EVERYTHING}, management=SERVERS),
        "static-and-ra": site_on_a_line({"static": STATIC4, "ra": {}}, claim={"serve": ["dns"]}),
        "pd-alone": site_on_a_line({"pd": {"prefix_length": 60}}),
        "dials": site_on_a_line({"pppoe": {"user": 'clinic "1"@isp.example', "password_file": "credentials/line"}}),
        "router-a": _behind_a_router(),
    }


def told(site: Site) -> Mapping[str, str]:
    """Each file's text, by its name."""
    programs = desired(site)
    return {file.name: file.text for file in (*programs.network, *(one.file for one in programs.services))}


if __name__ == "__main__":
    for name, site in sites().items():
        folder = HERE / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for file_name, text in told(site).items():
            (folder / file_name).write_text(text)
