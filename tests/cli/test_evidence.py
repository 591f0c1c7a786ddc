import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.evidence import ledger_head
from gateway.cli.main import main
from gateway.site.model import Site
from gateway.twin.samples import DEMO_SITE
from tests.proof.inventory.box import Box, boxed

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def box(site: Site) -> Iterator[Box]:
    with boxed(site) as made:
        yield made


def export(box: Box, path: Path) -> subprocess.CompletedProcess[str]:
    words = ("evidence", "export", str(DEMO_SITE), "-o", str(path), "--state-dir", str(path.parent), "--lang", "en")
    command = [sys.executable, "-m", "gateway.cli.main", *words]
    return subprocess.run(box.namespace.command(*command), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def file(box: Box, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evidence") / "evidence.json"
    done = export(box, path)
    assert (done.returncode, done.stderr) == (0, "")
    digest = json.loads(path.read_text())["digest"]
    assert done.stdout.startswith(
        f"{path}: proved. digest {digest}\n  it shows that the file is whole, not who wrote it"
    )
    return path


def test_it_is_for_its_owner_alone_and_says_that_there_is_no_ledger(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = json.loads(file.read_text())
    assert said["ledger"] == {"absent": f"no ledger at {file.parent}/relay/ledger.sqlite3"}
    assert set(said["versions"]) == {"claim-gateway", "kernel", "machine", "nft", "python"}


def test_it_proves_again_without_the_box(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "--evidence", str(file), "--lang", "en"]) == Exit.OK
    said = capsys.readouterr().out
    assert said.startswith("proved (")
    assert "which said: proved" in said
    assert "who wrote it, the digest does not tell" in said


def test_it_proves_again_without_root(file: Path, tmp_path: Path) -> None:
    copy = Path("/dev/shm") / f"evidence-{file.parent.name}.json"  # noqa: S108 -- tmp_path is root's alone
    copy.write_bytes(file.read_bytes())
    try:
        command = [sys.executable, "-m", "gateway.cli.main", "prove", "--evidence", str(copy), "--lang", "en"]
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        copy.unlink()
    assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_file_is_refused_in_one_line(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tmp_path / "changed.json"
    changed.write_text(file.read_text().replace("192.168.10.21", "192.168.10.22"))
    assert main(["prove", "--evidence", str(changed), "--lang", "en"]) == Exit.INPUT
    assert capsys.readouterr().err == (
        f"{changed}: the part site is not what its digest says: it was changed. ask for it anew\n"
    )


def test_evidence_brings_its_own_site_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", str(DEMO_SITE), "--evidence", str(file)]) == Exit.INPUT
    assert main(["prove"]) == Exit.INPUT
    first, second = capsys.readouterr().err.splitlines()
    assert first == "evidence holds its own site file: leave SITE out"
    assert second == "name the site file, or --evidence FILE"


def test_what_is_found_on_the_box_disproves_from_the_file_too(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.json"
    with box.changed("ip rule add pref 5 lookup main", undo=("ip rule del pref 5",)):
        assert "disproved" in export(box, path).stdout
    assert main(["prove", "--evidence", str(path), "--json"]) == Exit.NO
    said = json.loads(capsys.readouterr().out)
    assert {"routing rule"} == {one["kind"] for one in said["findings"]}


def test_where_it_cannot_be_written_it_says_so(box: Box, tmp_path: Path) -> None:
    done = export(box, tmp_path / "none" / "evidence.json")
    assert done.returncode == Exit.SYSTEM
    assert "No such file or directory. name a file in a folder that exists" in done.stderr


def test_an_earlier_file_is_replaced_whole_and_lends_no_wider_mode(box: Box, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text("of last year")
    path.chmod(0o644)
    with path.open() as earlier:
        assert export(box, path).returncode == Exit.OK
        assert earlier.read() == "of last year"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["evidence.json"]


def test_what_is_no_plain_file_is_left_alone(box: Box, tmp_path: Path) -> None:
    link = tmp_path / "evidence.json"
    link.symlink_to(tmp_path / "elsewhere")
    done = export(box, link)
    assert done.returncode == Exit.SYSTEM
    assert "it is no plain file" in done.stderr
    assert link.is_symlink()


def test_the_ledger_is_only_looked_at(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert "absent" in ledger_head(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
