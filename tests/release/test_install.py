from pathlib import Path

from gateway.release.install import forget_others, in_use, is_whole, releases


def release(base: Path, name: str) -> Path:
    made = releases(base) / name
    (made / "venv").mkdir(parents=True)
    return made


def test_a_box_that_never_had_one_runs_none(tmp_path: Path) -> None:
    assert in_use(tmp_path) is None


def test_the_link_says_which_one_runs(tmp_path: Path) -> None:
    one = release(tmp_path, "one")
    (tmp_path / "venv").symlink_to(one / "venv")

    assert in_use(tmp_path) == one


def test_the_one_in_use_and_the_one_before_stay(tmp_path: Path) -> None:
    one, two, _three = (release(tmp_path, name) for name in ("one", "two", "three"))

    forget_others(tmp_path, one, two)

    assert {path.name for path in releases(tmp_path).iterdir()} == {"one", "two"}


def test_a_release_is_whole_when_its_installation_came_to_its_end(tmp_path: Path) -> None:
    one = release(tmp_path, "one")

    assert not is_whole(one)
    (one / "installed").touch()
    assert is_whole(one)
