"""Every change of the relay's disk goes through `durable`; what is proved of that door holds for the whole relay."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

DOOR = "durable.py"
CHANGES_OF_OS = {
    "fsync", "fdatasync", "sync", "rename", "replace", "renames", "link", "symlink", "unlink", "remove", "rmdir",
    "removedirs", "mkdir", "makedirs", "mkfifo", "mknod", "write", "pwrite", "writev", "truncate", "ftruncate", "sendfile",
    "copy_file_range", "posix_fallocate",
}  # fmt: skip
CHANGES_OF_PATH = {"unlink", "mkdir", "rmdir", "touch", "write_text", "write_bytes", "hardlink_to", "symlink_to"}
NOT_OUR_DISK = {"durable", "line", "archive"}
"""The door itself, a connection to the terminal, and a member of an archive whose file the door made."""
WRITING = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"}


def changes(source: str) -> Iterator[str]:
    """The calls in `source` that change a disk by themselves, as `line: call`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name.partition(".")[0] for alias in node.names} | {getattr(node, "module", None)}
            if {"shutil", "tempfile"} & names:
                yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and _changes(node):
            yield f"{node.lineno}: {ast.unparse(node)}"


def _changes(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute() if _owner(call.func) in NOT_OUR_DISK:
            return False
        case ast.Attribute(value=ast.Name(id="os"), attr="open"):
            return bool(WRITING & {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)})
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in CHANGES_OF_OS
        case ast.Attribute(attr="open") | ast.Name(id="open"):
            said = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
            return any(isinstance(mode, str) and len(mode) < 4 and set(mode) & set("wax+") for mode in said)
        case ast.Attribute(attr="execute"):
            return any(isinstance(said, ast.Constant) and said.value == "COMMIT" for said in call.args)
        case ast.Attribute(attr=name):
            return name in CHANGES_OF_PATH
    return False


def _owner(called: ast.expr) -> str:
    """What a chain of attributes begins with."""
    while isinstance(called, ast.Attribute):
        called = called.value
    return called.id if isinstance(called, ast.Name) else ""


@pytest.mark.parametrize(
    "source",
    [
        "os.fsync(descriptor)",
        "os.rename(a, b)",
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "open(path, 'wb')",
        "path.open('r+b')",
        "path.write_text('x')",
        "path.parent.mkdir()",
        "self._db.execute('COMMIT')",
        "import shutil",
    ],
)
def test_a_change_beside_the_door_is_seen(source: str) -> None:
    assert list(changes(source))


@pytest.mark.parametrize(
    "source", ["os.open(path, os.O_RDONLY)", "path.open('rb')", "durable.unlink(here, name)", "text.replace('a', 'b')"]
)
def test_reading_and_the_door_are_let_pass(source: str) -> None:
    assert not list(changes(source))


def test_no_other_module_of_the_relay_changes_the_disk(repository: Path) -> None:
    modules = [module for module in (repository / "gateway" / "relay").rglob("*.py") if module.name != DOOR]
    # The Windows share is a process of its own: what it makes lies in its own folder and is made anew at each start.
    modules = [module for module in modules if module.parent.name != "windows_share"]

    found = {module.name: list(changes(module.read_text())) for module in modules}

    assert {module: calls for module, calls in found.items() if calls} == {}
