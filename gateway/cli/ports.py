"""`claim-gateway ports`: what is plugged where, who is at the other end, and which cable is in the wrong hole."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.span import span
from gateway.cli.table import lines
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.wiring.cabling.contradiction import Contradiction, Kind, contradictions
from gateway.wiring.cabling.ethtool import CannotBlink, blink
from gateway.wiring.cabling.listen import Ear, Heard
from gateway.wiring.cabling.port import Port, PortError, events, observe, raised, zones_of

LISTEN_S = 3.0
BLINK_S = 10
LOOK_EVERY_S = 0.5
"""While watching; whoever holds the cable should see the line at once."""
_HEADINGS = {
    "en": ("PORT", "MAC", "DRIVER", "LINK", "VLAN", "ZONE", "ADDRESSES", "OTHER END"),
    "ja": ("ポート", "MAC", "ドライバ", "リンク", "VLAN", "ゾーン", "アドレス", "相手"),
}
_WORDS = {
    "en": {
        "down": "off",
        "no": "no cable",
        "yes": "yes",
        "none": "this box has no network port",
        "plugged": "{port}: a cable came{speed}{zone}",
        "pulled": "{port}: the cable went{zone}",
        "flapped": "{port}: the cable went and came again{zone}",
        "neighbour": "{port}: at the other end is {neighbour}",
        "watching": "watching. plug and pull; Ctrl-C ends it",
        "blinking": "{port} blinks for {seconds} s",
    },
    "ja": {
        "down": "停止",
        "no": "なし",
        "yes": "あり",
        "none": "本装置にネットワークポートがありません",
        "plugged": "{port}: ケーブルがつながりました{speed}{zone}",
        "pulled": "{port}: ケーブルが抜けました{zone}",
        "flapped": "{port}: ケーブルが一度抜けてつながりました{zone}",
        "neighbour": "{port}: 相手は {neighbour} です",
        "watching": "見張っています。抜き差ししてください。終わるには Ctrl-C",
        "blinking": "{port} のランプが {seconds} 秒点滅します",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    site = Path("/etc/claim-gateway/site.yaml")
    parser.add_argument(
        "--site", type=Path, metavar="SITE", help=f"what should be where (default: {site}, if it is there)"
    )
    parser.add_argument(
        "--for",
        dest="lasts",
        type=span,
        metavar="TIME",
        help=f"how long to listen, or to blink; a switch speaks every 30 s (default: {LISTEN_S:g}s)",
    )
    parser.add_argument("--up", action="store_true", help="meanwhile switch ports on that are off, or no cable is felt")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--watch", action="store_true", help="then go on, with a line whenever a cable comes or goes")
    what.add_argument("--blink", metavar="PORT", help="let this port's lamp blink, to find it at the back of the box")
    what.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(default_site=site)


def _run(args: argparse.Namespace) -> int:
    try:
        if args.blink:
            return _blink(args)
        site = _site(args)
        there = observe()
        with raised(there if args.up else ()), _ear(there) as ear:
            heard = tuple(ear.listen(args.lasts.total_seconds() if args.lasts else LISTEN_S))
            seen = observe()
            wrong = contradictions(site, seen, heard) if site else ()
            if args.json:
                print(json.dumps(_data(seen, site, heard, wrong), ensure_ascii=False, indent=2))
            else:
                print("\n".join(_screen(seen, site, heard, wrong, lang=args.lang)))
            if args.watch:
                _watch(ear, site, seen, heard, lang=args.lang)
    except (PortError, CannotBlink) as error:
        raise Refused(str(error)) from error
    return Exit.NO if wrong else Exit.OK


def _site(args: argparse.Namespace) -> Site | None:
    if args.site is not None:
        return load_site(args.site)
    return load_site(args.default_site) if args.default_site.exists() else None


def _ear(ports: Iterable[Port]) -> Ear:
    try:
        return Ear(port.name for port in ports)
    except OSError as error:
        raise Refused(f"claim-gateway ports: listening: {os.strerror(error.errno or 0)}. run it as root") from error


def _blink(args: argparse.Namespace) -> int:
    seconds = int(args.lasts.total_seconds()) if args.lasts else BLINK_S
    print(_WORDS[args.lang]["blinking"].format(port=args.blink, seconds=seconds), flush=True)
    blink(args.blink, seconds)
    return Exit.OK


def _screen(
    ports: tuple[Port, ...], site: Site | None, heard: tuple[Heard, ...], wrong: Iterable[Contradiction], *, lang: str
) -> Iterator[str]:
    words = _WORDS[lang]
    if not ports:
        yield words["none"]
    else:
        zones = zones_of(site, ports) if site else {}
        rows = [_HEADINGS[lang], *(_row(port, zones.get(port.name), heard, words) for port in ports)]
        yield from lines(rows, indent="")
    yield from (f"! {one.text(lang)}" for one in wrong)


def _row(port: Port, zone: Zone | None, heard: Iterable[Heard], words: dict[str, str]) -> tuple[str, ...]:
    link = words["yes" if port.link else "no" if port.up else "down"]
    speed = f" {_speed(port)}" if port.speed_mbits else ""
    return (
        port.name,
        port.mac,
        port.driver,
        f"{link}{speed}",
        "" if port.vlan is None else str(port.vlan),
        zone or "",
        " ".join(str(one) for one in port.addresses if not one.is_link_local),
        _other_end(port.name, heard),
    )


def _other_end(port: str, heard: Iterable[Heard]) -> str:
    return ", ".join(dict.fromkeys(str(one.said.neighbour) for one in heard if one.port == port and one.said.neighbour))


def _speed(port: Port) -> str:
    mbits = port.speed_mbits or 0
    return f"{mbits // 1000}G" if mbits >= 1000 and mbits % 1000 == 0 else f"{mbits}M"


def _watch(ear: Ear, site: Site | None, seen: tuple[Port, ...], heard: tuple[Heard, ...], *, lang: str) -> None:
    """Until Ctrl-C. What a port says is remembered only as long as its cable stays in."""
    words = _WORDS[lang]
    print(words["watching"], flush=True)
    told = set(contradictions(site, seen, heard)) if site else set()
    known = dict.fromkeys(heard)
    while True:
        fresh = [one for one in ear.listen(LOOK_EVERY_S) if one not in known]
        now = observe()
        zones = zones_of(site, now) if site else {}
        for name in {port.name for port in now} - {port.name for port in seen}:
            ear.attend(name)
        for event in events(seen, now):
            known = {one: None for one in known if one.port != event.port}
            port = next((one for one in now if one.name == event.port), Port(event.port))
            kind = {True: "plugged", False: "pulled", None: "flapped"}[event.plugged]
            zone = f" ({zones[port.name]})" if port.name in zones else ""
            print(words[kind].format(port=port.name, zone=zone, speed=f", {_speed(port)}" if port.speed_mbits else ""))
        for one in fresh:
            known[one] = None
            if one.said.neighbour:
                print(words["neighbour"].format(port=one.port, neighbour=one.said.neighbour))
        wrong = contradictions(site, now, known) if site else ()
        for warning in wrong:
            # That a cable went is said already.
            if warning not in told and warning.kind is not Kind.NO_LINK:
                print(f"! {warning.text(lang)}")
        told, seen = set(wrong), now
        sys.stdout.flush()


def _data(
    ports: tuple[Port, ...], site: Site | None, heard: tuple[Heard, ...], wrong: Iterable[Contradiction]
) -> dict[str, Any]:
    zones = zones_of(site, ports) if site else {}
    return {
        "ports": [
            {
                "port": port.name,
                "mac": port.mac,
                "driver": port.driver,
                "up": port.up,
                "link": port.link,
                "speed_mbits": port.speed_mbits,
                "vlan": port.vlan,
                "zone": zones.get(port.name),
                "addresses": list(map(str, port.addresses)),
                "other_end": _other_end(port.name, heard) or None,
            }
            for port in ports
        ],
        "warnings": [{"kind": one.kind, "port": one.port, "text": one.text("en")} for one in wrong],
    }


COMMAND = Command(
    name="ports",
    summary="what is plugged where, and which cable is wrong. 0: as declared, 1: something is not",
    example="claim-gateway ports --up --watch",
    arguments=_arguments,
    run=_run,
)
