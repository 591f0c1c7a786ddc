import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.site.errors import SiteFileError
from gateway.site.load import MISTAKES_MAX, load_located, load_site
from gateway.site.words import UNPRINTABLE

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
GOOD = Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml"
MALFORMED = Path(__file__).parent / "malformed"


def expected_lines() -> dict[str, list[str]]:
    """What `claim-gateway check *.yaml`, run in the folder of malformed files, prints for each."""
    lines: dict[str, list[str]] = defaultdict(list)
    for line in (MALFORMED / "expected.txt").read_text().splitlines():
        lines[line.partition(":")[0]].append(line)
    return lines


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_loads(path: Path) -> None:
    assert load_site(path).site.name


def test_there_is_a_line_for_every_malformed_file_and_a_file_for_every_line() -> None:
    assert set(expected_lines()) == {path.name for path in MALFORMED.glob("*.yaml")}
    assert len(expected_lines()) >= 30


@pytest.mark.parametrize("name", sorted(expected_lines()))
def test_malformed_file_says_exactly_what_to_mend(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MALFORMED)

    with pytest.raises(SiteFileError) as caught:
        load_site(Path(name))

    assert [str(mistake) for mistake in caught.value.mistakes] == expected_lines()[name]


def test_the_manual_shows_what_is_really_printed() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "site-file.md").read_text()
    shown = manual.partition("$ claim-gateway check *.yaml\n")[2].partition("\n```")[0].splitlines()

    assert shown
    assert set(shown) <= {line for lines in expected_lines().values() for line in lines}


def lines_of(path: Path) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        load_site(path)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"

    assert lines_of(path) == [f"{path}: no such file. check the path"]


def test_directory(tmp_path: Path) -> None:
    assert lines_of(tmp_path) == [f"{tmp_path}: is a directory. name the site file in it"]


def test_symlink_circle(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.symlink_to(path)

    assert lines_of(path) == [f"{path}: the symbolic links lead in a circle. name the file itself"]


def test_fifo_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    os.mkfifo(path)

    assert lines_of(path) == [f"{path}: is not a regular file. name a site file"]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_device_is_not_read(device: str) -> None:
    (line,) = lines_of(Path(device))

    assert line == f"{device}: is not a regular file. name a site file"


def test_socket_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))

        assert lines_of(path) == [f"{path}: is not a regular file. name a site file"]


AS_NOBODY = """
import os, sys
from pathlib import Path
from gateway.cli.check import check
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
print(*check(Path(sys.argv[1])).mistakes or ["good"], sep="\\n")
"""


@pytest.mark.parametrize(
    ("mode", "said"),
    [(0o000, "{path}: may not be read by this user. run as root, or mend the file's permissions"), (0o444, "good")],
)
def test_file_without_permission_says_so(mode: int, said: str) -> None:
    # Root may read everything, so a child that became nobody reads; pytest's own folders are closed to it.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "site.yaml"
        path.write_bytes(GOOD.read_bytes())
        path.chmod(mode)

        run = subprocess.run([sys.executable, "-c", AS_NOBODY, path], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines() == [said.format(path=path)]


@pytest.mark.parametrize(
    "garbage",
    [
        lambda: os.urandom(10 * 1024 * 1024),
        lambda: b"a: b\n" * (2 * 1024 * 1024),
        lambda: b"\0" * (10 * 1024 * 1024),
    ],
    ids=["random", "yaml", "zeros"],
)
def test_ten_megabytes_are_refused_at_once(garbage: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(garbage())
    began = time.monotonic()

    lines = lines_of(path)

    assert lines == [f"{path}: is larger than 256 KiB, which no site needs. name a site file"]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "text",
    ["".join(f"k{number}: 1\n" for number in range(9000)), "a: b\n" * 50_000, "{" * 250_000, "- " * 120_000],
    ids=["unknown keys", "one key again and again", "brackets", "lists in lists"],
)
def test_largest_nonsense_is_refused_within_seconds(text: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    began = time.monotonic()

    lines = lines_of(path)

    assert 1 <= len(lines) <= MISTAKES_MAX + 1
    assert time.monotonic() - began < 5


def test_what_is_left_unsaid_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(GOOD.read_text() + "".join(f"k{number}: 1\n" for number in range(150)))

    lines = lines_of(path)

    assert lines[-1] == f"{path}: 50 more mistakes follow. mend the first 100 and check again"
    assert len(lines) == MISTAKES_MAX + 1


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.read_bytes().replace(b"\n", b"\r\n"))

    assert load_site(path) == load_site(GOOD)


def test_file_name_cannot_repaint_a_terminal(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path / "si\x1b[2Jte\n.yaml")

    assert UNPRINTABLE.search(line) is None


def test_place_of_a_key_an_item_and_a_default() -> None:
    located = load_located(GOOD)
    number = GOOD.read_text().splitlines().index("  claim:") + 1

    assert located.place(("zones", "claim")) == f"{GOOD}:{number}:3"
    assert located.place(("zones", "claim", "terminals", 0)) == f"{GOOD}:{number + 4}:9"
    assert located.place(("zones", "claim", "serve")) == f"{GOOD}:{number}:3"
    assert located.place(("updates",)).endswith(":3:1")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
)
def test_no_bytes_raise_anything_else(content: bytes, tmp_path: Path) -> None:
    refused_in_one_line_each(content, tmp_path / "site.yaml")


PIECES = ["\t", ":", ": ", "- ", "[", "]", "{", "}", '"', "'", "&a ", "*a", "!!int ", "|", "> ", "%", "@", "~", "\n", "\0",
          "null", "yes", "1e999", "-1", "10.0.0.1/8", "::/0", "fe80::1%eth0", "é", "\ud7ff", "{}", "[[]]", "<<: ", "---\n"]  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_spoilt_site_file_raises_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    text = GOOD.read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 30)))
        text = text[:start] + data.draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=4))) + text[end:]

    refused_in_one_line_each(text.encode("utf-8", "replace"), tmp_path / "site.yaml")


def refused_in_one_line_each(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    try:
        load_site(path)
    except SiteFileError as error:
        lines = [str(mistake) for mistake in error.mistakes]
        assert lines
        for line in lines:
            assert UNPRINTABLE.search(line) is None
            assert line.startswith(str(path))
            assert ". " in line
        places = [(mistake.line, mistake.column) for mistake in error.mistakes]
        assert places == sorted(places)
