import json

import pytest

from gateway.cli.main import main
from gateway.site.schema import site_schema


def test_it_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0

    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(site_schema()))
