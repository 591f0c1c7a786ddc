"""ssh2-sftp-client of npm, on Node."""

import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam

SCRIPT = """
const fs = require('fs');
const Client = require('ssh2-sftp-client');
const [port, key, source, back] = process.argv.slice(1);
(async () => {
  const files = new Client();
  await files.connect({host: '127.0.0.1', port: +port, username: 'yamada', privateKey: fs.readFileSync(key)});
  await files.put(source, '/請求/NODE.UKE');
  await files.fastPut(source, '/請求/NODE-FAST.UKE');
  await files.get('/請求/NODE.UKE', back);
  console.log((await files.list('/請求')).map(entry => entry.name + ':' + entry.type).join(' '));
  await files.delete('/請求/NODE.UKE').then(() => process.exit(1), error => console.log('refused:', error.message));
  await files.end();
})().catch(error => { console.error(error); process.exit(1); });
"""


def test_put_fast_put_get_and_list(exam: Exam) -> None:
    source, back = exam.claims / "R3.UKE", exam.drop.place / "node-back"
    modules = str(exam.tools / "node" / "node_modules")

    done = exam.run("node", "-e", SCRIPT, str(exam.drop.port), str(exam.key), str(source), str(back), NODE_PATH=modules)

    assert done.returncode == 0, done.stderr
    assert "NODE.UKE:-" in done.stdout
    assert "社保:d" in done.stdout
    assert "refused:" in done.stdout
    assert back.read_bytes() == exam.taken("NODE.UKE") == exam.taken("NODE-FAST.UKE") == source.read_bytes()
