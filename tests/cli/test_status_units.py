import argparse
import os
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli.status_units import Unit, parse, section, services, units

SAID = """\
Id=claim-gateway-relay.service
Type=notify
NRestarts=3
Result=success
ActiveState=active
UnitFileState=enabled

Type=oneshot
Id=claim-gateway-status.service
NRestarts=0
Result=success
ActiveState=inactive
UnitFileState=static
"""
RELAY = Unit("claim-gateway-relay", wanted=True, once=False, state="active", result="success", restarts=3)
STATUS = Unit("claim-gateway-status", wanted=False, once=True, state="inactive", result="success", restarts=0)


def test_of_a_template_its_instances_are_asked_for_and_a_stopped_unit_too() -> None:
    files = "claim-gateway-leases@.service static -\nclaim-gateway-relay.service enabled enabled\n"
    loaded = "claim-gateway-leases@eth2.service loaded active running DHCP\n"

    assert services(files, loaded) == ("claim-gateway-leases@eth2.service", "claim-gateway-relay.service")


def test_what_systemctl_prints_becomes_units() -> None:
    assert parse(SAID) == (RELAY, STATUS)


def test_what_runs_is_well_and_what_was_restarted_is_told() -> None:
    found = section((RELAY, STATUS), "en")

    assert found is not None
    assert found.well
    assert found.lines == (("running", "relay"), ("restarted", "claim-gateway-relay: 3 times by itself"))
    figures = {(one.name, one.labels[0][1]): one.value for one in found.figures}
    assert figures["unit_running", "claim-gateway-status"] == 1
    assert figures["unit_restarts_total", "claim-gateway-relay"] == 3


@pytest.mark.parametrize(
    ("unit", "missing"),
    [
        (replace(RELAY, state="failed", result="exit-code"), True),
        (replace(RELAY, state="inactive"), True),
        (replace(RELAY, state="activating"), False),
        (replace(RELAY, state="inactive", wanted=False), False),
        (replace(RELAY, state="failed", wanted=False), True),
        (STATUS, False),
        (replace(STATUS, wanted=True), False),
        (replace(STATUS, state="failed"), True),
    ],
)
def test_who_should_run_and_does_not_is_critical(unit: Unit, *, missing: bool) -> None:
    found = section((unit,), "en")

    assert found is not None
    assert bool(found.critical) is missing
    assert found.figures[0].value == int(not missing)


@pytest.mark.parametrize(("lang", "told"), [("en", "claim-gateway-relay does not run"), ("ja", "が動いていません")])
def test_it_says_where_to_look(lang: str, told: str) -> None:
    found = section((replace(RELAY, state="failed", result="watchdog"),), lang)

    assert found is not None
    assert told in found.critical[0]
    assert "journalctl -xeu claim-gateway-relay" in found.critical[0]


def test_where_systemd_knows_no_unit_of_ours_there_is_no_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in ("exit 1", "true"):
        systemctl = tmp_path / "systemctl"
        systemctl.write_text(f"#!/bin/sh\n{script}\n")
        systemctl.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

        assert units(argparse.Namespace(lang="en")) is None
