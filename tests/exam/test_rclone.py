"""rclone of Debian: a copy that is compared byte by byte while nothing is picked up."""

import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam
FOLDER = ":sftp:/請求/社保"


def rclone(exam: Exam, *arguments: str) -> tuple[int, str]:
    where = ("--sftp-host", "127.0.0.1", "--sftp-port", str(exam.drop.port), "--sftp-user", "yamada")
    how = ("--sftp-key-file", str(exam.key), "--sftp-shell-type", "none", "--sftp-disable-hashcheck", "--retries", "1")
    done = exam.run(exam.program("rclone"), "--config", "/dev/null", *where, *how, *arguments)
    return done.returncode, done.stderr + done.stdout


def test_copy_and_check(exam: Exam) -> None:
    code, said = rclone(exam, "copy", str(exam.claims), FOLDER)
    assert code == 0, said

    code, said = rclone(exam, "check", "--download", str(exam.claims), FOLDER)

    assert code == 0, said
    assert "0 differences found" in said
    assert {"R1.UKE", "R2.UKE", "R3.UKE"} <= {*exam.names()}


def test_a_second_copy_sends_nothing(exam: Exam) -> None:
    before = len(exam.names())

    code, said = rclone(exam, "copy", "--size-only", str(exam.claims), FOLDER)

    assert (code, len(exam.names())) == (0, before), said


def test_test_info_makes_no_folder_and_says_so(exam: Exam) -> None:
    """Expected difference: it tries names in a folder it makes for itself, and folders are ready-made here."""
    code, said = rclone(exam, "test", "info", "--all", f"{FOLDER}/rclone-test")

    assert code == 1
    assert "couldn't mkdir" in said
