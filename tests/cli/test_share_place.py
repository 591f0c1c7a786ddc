import argparse
from pathlib import Path

from gateway.cli.share_place import share_arguments, share_place


def test_the_defaults_are_the_units_own_directories(repository: Path) -> None:
    parser = argparse.ArgumentParser()
    share_arguments(parser)
    place = share_place(parser.parse_args([]), Path("/var/lib/claim-gateway"))

    unit = (repository / "systemd" / "claim-gateway-share.service").read_text()
    assert f"--share-state-dir {place.state} --share-run-dir {place.run}" in unit
    assert f"BindReadOnlyPaths={place.people}\n" in unit
    assert f":{place.approvals}\n" in unit
