import json
import shutil
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.twin.far_end import Trust
from tests.tunnel.scene import CONFIGS, sample


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    return Path(shutil.copy(CONFIGS / "ipsec-router-claim.yaml", tmp_path / "site.yaml"))


def test_what_is_absent_is_a_note_and_the_file_is_good(site_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--lang", "en", str(site_file)]) == 0

    out, err = capsys.readouterr()
    assert out.startswith(f"{site_file}: good. ")
    assert err.splitlines()[0] == (
        f"{site_file}:51:5: note: credentials/site.pem is not here, or not to be read. what is in it is looked at by apply"
    )


def test_what_cannot_work_is_a_mistake_at_its_place(site_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust, other = Trust.made(), Trust.made()
    trust.write(sample().connections, site_file.parent)
    (site_file.parent / "credentials/site.key").write_bytes(other.site.key)

    code = main(["check", "--json", str(site_file)])

    said = json.loads(capsys.readouterr().out)["sites"][0]
    assert code == 2
    assert said["mistakes"] == [
        {
            "line": 52,
            "column": 5,
            "text": "the private key is not the certificate's. put the key here that was made with it",
        }
    ]
    assert said["notes"] == []


def test_credentials_that_fit_are_nothing_to_speak_of(site_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Trust.made().write(sample().connections, site_file.parent)
    assert main(["check", str(site_file)]) == 0
    assert not capsys.readouterr().err
