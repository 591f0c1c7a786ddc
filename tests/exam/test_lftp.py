"""lftp of Debian, which runs ssh(1) and speaks SFTP itself."""

import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam


def test_put_and_get(exam: Exam) -> None:
    back = exam.drop.place / "lftp-back"
    ssh = f"ssh -a -x -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oIdentitiesOnly=yes -i {exam.key}"
    script = (
        f"set sftp:connect-program '{ssh}'; set sftp:charset utf-8; set net:max-retries 1; set cmd:fail-exit yes;"
        f" open -u yamada, sftp://127.0.0.1:{exam.drop.port}; cd 請求/国保; put {exam.claims}/R1.UKE -o LFTP.UKE; ls;"
        f" get LFTP.UKE -o {back}"
    )

    done = exam.run(exam.program("lftp"), "-c", script)

    assert done.returncode == 0, done.stderr
    assert "LFTP.UKE" in done.stdout
    assert back.read_bytes() == exam.taken("LFTP.UKE") == (exam.claims / "R1.UKE").read_bytes()
