"""psftp of PuTTY, whose SSH and SFTP WinSCP and FileZilla have too."""

import shutil

import pytest

from gateway.relay.sftp_drop.host_keys import fingerprints
from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam


def test_put_get_and_what_is_refused(exam: Exam) -> None:
    place = exam.drop.place
    for program, *arguments in (
        ("cp", str(exam.key), str(place / "pem")),
        ("ssh-keygen", "-q", "-p", "-N", "", "-m", "PEM", "-f", str(place / "pem")),
        (exam.program("puttygen"), str(place / "pem"), "-o", str(place / "yamada.ppk")),
    ):
        assert exam.run(shutil.which(program) or program, *arguments).returncode == 0
    fingerprint = fingerprints(exam.drop.places.root)[0].split()[1]
    commands = (
        f"cd 請求\nput {exam.claims}/R1.UKE PSFTP.UKE\nls\nget PSFTP.UKE {place}/psftp-back\nchmod 777 PSFTP.UKE\n"
    )

    done = exam.run(
        exam.program("psftp"),
        *("-batch", "-be", "-hostkey", fingerprint, "-i", str(place / "yamada.ppk"), "-P", str(exam.drop.port)),
        "yamada@127.0.0.1",
        said=commands + "del PSFTP.UKE\nrmdir 社保\n",
    )

    assert (place / "psftp-back").read_bytes() == exam.taken("PSFTP.UKE") == (exam.claims / "R1.UKE").read_bytes()
    assert done.stdout.count("permission denied") + done.stdout.count("is not removed here") == 3, done.stdout
