"""What `status` says of the enforcer: what protects the box, which site is in force, what is open, what was repaired."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gateway.cli.command import Denied, Refused
from gateway.cli.reach import carried_out
from gateway.cli.section import Section
from gateway.cli.span import spoken
from gateway.enforcer.requests import Status
from gateway.policy.schedule import SITE_ZONE

TITLE = "enforcer"


def enforcer(args: argparse.Namespace) -> Section:
    """Asks the running enforcer; without one, the kernel and the state directory."""
    try:
        data = carried_out(args, Status())
    except (Refused, Denied) as error:
        return Section(TITLE, (), (str(error),))
    return Section(TITLE, tuple(_lines(data)), tuple(_complaints(data)), data)


def _lines(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "protection", data.get("protection", "the guard alone: no enforcer runs to repair anything")
    site = data["site"]
    if site:
        at = datetime.fromisoformat(site["at"]).astimezone(SITE_ZONE)
        comment = f", {site['comment']}" if site["comment"] else ""
        yield "site", f"{site['digest'][:12]} since {at:%Y-%m-%d %H:%M} by {site['who']}{comment}"
    if (proof := data["proof"]) and not proof["refusal"]:
        at = datetime.fromisoformat(proof["at"]).astimezone(SITE_ZONE)
        yield "proof", f"proved at {at:%Y-%m-%d %H:%M:%S} in {proof['seconds']:.2f} s"
    if data["trial_left_s"] is not None:
        yield (
            "on trial",
            f"`claim-gateway confirm` within {spoken(data['trial_left_s'])}, or the former site comes back",
        )
    if tunnel := data["tunnel"]:
        yield from (("tunnel", _up(one)) for one in tunnel["up"])
    for window in data["windows"]:
        yield "window", f"{window['window']}: {_open(window['open_for_s'])}"
    for grant in data["grants"]:
        sources = f" from {', '.join(grant['sources'])}" if grant["sources"] else ""
        yield "grant", f"{grant['grant']}: {_open(grant['open_for_s'])}{sources}"
    if "repairs" in data:
        last = data["last_repair"]
        yield (
            "repairs",
            f"{data['repairs']} since the start" + (f"; the last: {last['what']}, by {last['who']}" if last else ""),
        )
    for hook in data["foreign_hooks"]:
        yield "other rules", hook


def _complaints(data: dict[str, Any]) -> Iterator[str]:
    if data["latched"]:
        yield "the box is closed: the boot latch stands until a site is applied"
    elif not data["table"]:
        yield "the table is not in force: the guard stops everything. apply a site"
    if (site := data["site"]) and site["unproved"]:
        yield f"in force without proof, by {site['who']}: {site['unproved']}. apply a site that is proved"
    if (proof := data["proof"]) and proof["refusal"]:
        yield f"not proved: {proof['refusal']}"
    if tunnel := data["tunnel"]:
        yield from _tunnel_complaints(tunnel)
    if "pid" not in data:
        yield "no enforcer runs: nothing repairs the box or opens windows. systemctl start claim-gateway-enforcer"
    if data["windows"] and not data["clock_believed"]:
        yield "nobody sets this clock: windows stay shut. let chrony, or another, have the time"
    yield from (f"not as declared: {reason}" for reason in data.get("failing", ()))
    yield from (f"port {port} is gone. plug it in, or give it back its name" for port in data.get("missing_ports", ()))


def _up(one: dict[str, Any]) -> str:
    nat = ", behind NAT" if one["behind_nat"] else ""
    passed = [sum(child[way] for child in one["children"]) for way in ("bytes_in", "bytes_out")]
    renewed = min((child["rekey_s"] for child in one["children"] if child["rekey_s"]), default=0)
    keys = f", new keys in {spoken(renewed)}" if renewed else ""
    kinds = ", ".join(dict.fromkeys(child["encryption"] for child in one["children"]))
    return (
        f"provider {one['provider']} at {one['address']} for {spoken(one['age_s'])}: IKEv{one['version']}, {kinds}{nat}; "
        f"{passed[0]:,} bytes in, {passed[1]:,} out{keys}"
    )


def _tunnel_complaints(tunnel: dict[str, Any]) -> Iterator[str]:
    up = [one["provider"] for one in tunnel["up"]]
    if tunnel["charon"]:
        yield f"the tunnel is down: {tunnel['charon']}. systemctl start strongswan"
    elif not up:
        yield "the tunnel is down: no provider is connected. why: journalctl -u claim-gateway-enforcer"
    elif tunnel["providers"][0] not in up:
        yield f"provider {tunnel['providers'][0]} is not connected: {', '.join(up)} stands in"


def _open(left_s: float | None) -> str:
    return "closed" if left_s is None else f"open for {spoken(left_s)}"
