"""paramiko of PyPI: the SFTP of most Python programs."""

import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam

SCRIPT = """
import paramiko, sys
port, key, source, back = sys.argv[1:]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("127.0.0.1", int(port), "yamada", key_filename=key, look_for_keys=False, allow_agent=False)
files = client.open_sftp()
files.chdir("/請求")
print(files.put(source, "PARAMIKO.UKE").st_size, files.listdir("/"))
files.get("PARAMIKO.UKE", back)
files.put(source, "PARAMIKO2.UKE.part")
files.rename("PARAMIKO2.UKE.part", "PARAMIKO2.UKE")
for refused in (
    lambda: files.chmod("PARAMIKO.UKE", 0o777), lambda: files.symlink("/etc", "x"), lambda: files.mkdir("x"),
    lambda: files.remove("PARAMIKO.UKE"), lambda: files.open("PARAMIKO.UKE", "a"), lambda: files.chown("PARAMIKO.UKE", 0, 0),
):
    try:
        refused()
    except OSError as error:
        print("refused:", error)
    else:
        sys.exit("it was done")
"""


def test_put_get_rename_and_what_is_refused(exam: Exam) -> None:
    source, back = exam.claims / "R2.UKE", exam.drop.place / "paramiko-back"

    done = exam.python("-c", SCRIPT, str(exam.drop.port), str(exam.key), str(source), str(back))

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("refused:") == 6
    assert back.read_bytes() == exam.taken("PARAMIKO.UKE") == exam.taken("PARAMIKO2.UKE") == source.read_bytes()
