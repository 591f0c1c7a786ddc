"""`claim-gateway show`: the matrix as people read it, as data, as the table the kernel will get, or as a picture."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.cli.table import lines
from gateway.enforcer.desired import desire
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Granted, Policy, When, Window
from gateway.report.matrix import flow_rows, grid, key
from gateway.report.picture import picture
from gateway.report.wording import Lang
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.wiring.part import ports


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument(
        "--as", dest="form", choices=("table", "json", "nft", "svg"), default="table", help="default: %(default)s"
    )


def _run(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    policy = derive(site)
    match args.form:
        case "nft":
            print(desire(site).ruleset, end="")
        case "json":
            print(json.dumps(_data(site, policy), ensure_ascii=False, indent=2))
        case "svg":
            print(picture(site, policy, ports(site), args.lang), end="")
        case _:
            print("\n".join(_table(site, policy, args.lang)))
    return Exit.OK


def _table(site: Site, policy: Policy, lang: Lang) -> Iterator[str]:
    roles = f"[{', '.join(site.roles)}]"
    yield f"{site.site.name}  {site.layout}  roles {roles}"
    yield ""
    yield from lines(grid(policy, site.layout, lang))
    yield ""
    yield from (f"  {line}" for line in key(policy, lang))
    yield ""
    yield from lines(flow_rows(policy, site.layout, lang))


def _data(site: Site, policy: Policy) -> dict[str, Any]:
    behind = ports(site)
    inside = dict(policy.networks)
    return {
        "site": site.site.name,
        "layout": site.layout,
        "roles": list(site.roles),
        "zones": [_zone(zone, behind.get(zone), inside.get(zone, ())) for zone in policy.zones],
        "flows": [_flow(flow) for flow in policy.flows],
        "translations": [
            {"out": one.out, "sources": list(map(str, one.sources)), "clauses": list(one.clauses)}
            for one in policy.translations
        ],
        "beside_rules": [{"from": origin, "to": target, "frames": "pppoe"} for origin, target in policy.dial_up],
        "served": [{"zone": zone, "service": service} for zone, service in policy.served],
    }


def _zone(zone: Zone, port: str | None, networks: tuple[object, ...]) -> dict[str, Any]:
    return {"zone": zone, "port": port, "networks": list(map(str, networks))}


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "from": flow.origin,
        "to": flow.target,
        "families": list(flow.families),
        "sources": [str(network) for network in flow.sources],
        "destinations": [str(network) for network in flow.destinations],
        "names": list(flow.names),
        "services": [str(service) for service in flow.services],
        "when": _when(flow.when),
        "clauses": list(flow.clauses),
        "why": {"en": flow.why.en, "ja": flow.why.ja},
    }


def _when(when: When) -> dict[str, Any] | None:
    """None is always; otherwise hours with days, or the grant it waits for with its longest time in seconds."""
    match when:
        case Window(hours, days):
            return {"hours": str(hours), "days": list(days)}
        case Granted(name, at_most):
            return {"grant": name, "at_most_s": int(at_most.total_seconds())}
    return None


COMMAND = Command(
    name="show",
    summary="the matrix: who may start which session to whom, when, and the clause that says so",
    example="claim-gateway show configs/ip-vpn-claim.yaml --as svg > site.svg",
    arguments=_arguments,
    run=_run,
)
