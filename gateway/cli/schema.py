"""`claim-gateway schema`: the site file's JSON Schema."""

import argparse
import json

from gateway.cli.command import Command, Exit
from gateway.site.schema import site_schema


def _arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def _run(_args: argparse.Namespace) -> int:
    print(json.dumps(site_schema(), ensure_ascii=False, indent=2))
    return Exit.OK


COMMAND = Command(
    name="schema",
    summary="print the JSON Schema of the site file, for editors",
    example="claim-gateway schema > site.schema.json",
    arguments=_arguments,
    run=_run,
)
