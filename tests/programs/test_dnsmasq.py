import subprocess

import pytest

from gateway.programs import dnsmasq
from gateway.programs.desired import desired
from tests.programs.written import HERE, sites


@pytest.mark.parametrize("name", sites())
def test_dnsmasq_takes_every_file(name: str) -> None:
    for service in desired(sites()[name]).services:
        if service.check == dnsmasq.CHECK:
            command = [word.format(HERE / name / service.file.name) for word in service.check]
            assert "syntax check OK" in subprocess.run(command, check=True, capture_output=True, text=True).stderr
