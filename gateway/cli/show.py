"""`claim-gateway show`: the matrix as people read it, as data, or as the table the kernel will get."""

import argparse
import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.cli.enforceable import enforceable_site
from gateway.cli.table import lines
from gateway.firewall import part as firewall
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy
from gateway.wiring.part import ports


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument(
        "--as", dest="form", choices=("table", "json", "nft"), default="table", help="default: %(default)s"
    )


def _run(args: argparse.Namespace) -> int:
    site = enforceable_site(args.site)
    policy = derive(site)
    match args.form:
        case "nft":
            print(firewall.desired(policy, ports(site)).text(), end="")
        case "json":
            print(json.dumps({"flows": [_data(flow) for flow in policy.flows]}, ensure_ascii=False, indent=2))
        case _:
            print("\n".join(_table(policy, args.lang)))
    return Exit.OK


def _table(policy: Policy, lang: str) -> Iterator[str]:
    yield from lines(_rows(policy, lang))
    silent = [f"{a} → {b}" for a, b in permutations(policy.zones, 2) if not policy.between(a, b)]
    yield ""
    yield ("開始できるセッションなし（応答のみ）:" if lang == "ja" else "no session may start (replies only):")
    yield f"  {', '.join(silent)}"


def _rows(policy: Policy, lang: str) -> Iterator[tuple[str, ...]]:
    for flow in policy.flows:
        yield (
            f"{flow.origin} → {flow.target}",
            ", ".join(str(service) for service in flow.services),
            "+".join(f"IPv{family}" for family in flow.families),
            " ".join(flow.clauses),
            flow.why.ja if lang == "ja" else flow.why.en,
        )


def _data(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "from": flow.origin,
        "to": flow.target,
        "families": list(flow.families),
        "sources": [str(network) for network in flow.sources],
        "destinations": [str(network) for network in flow.destinations],
        "services": [str(service) for service in flow.services],
        "clauses": list(flow.clauses),
        "why": {"en": flow.why.en, "ja": flow.why.ja},
    }


COMMAND = Command(
    name="show",
    summary="the matrix: who may start which session to whom, and the clause that says so",
    example="claim-gateway show configs/ip-vpn-claim.yaml --as nft",
    arguments=_arguments,
    run=_run,
)
