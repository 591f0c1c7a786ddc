from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.programs.desired import desired
from gateway.programs.model import File, Programs, Service
from gateway.programs.part import NETWORKD, Folders, ProgramsPart
from gateway.programs.systemd import ProgramsError
from tests.programs.kept import Kept
from tests.programs.written import sites

NAMES, LEASES = "claim-gateway-names@claim.service", "claim-gateway-leases@claim.service"


@pytest.fixture
def units() -> Kept:
    return Kept()


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "network", tmp_path / "services")


def part(wanted: Programs, units: Kept, folders: Folders) -> ProgramsPart:
    return ProgramsPart(wanted, units, folders)


def make(one: ProgramsPart) -> None:
    one.apply(one.observe())
    assert one.difference(one.observe()) == ()


FULL = desired(sites()["dhcp-and-pd"])
PLAIN = desired(sites()["static-and-ra"])


def test_everything_is_written_and_runs_and_a_second_time_nothing_is_done(units: Kept, folders: Folders) -> None:
    one = part(FULL, units, folders)
    assert len(one.difference(one.observe())) == len(FULL.network) + 2 * len(FULL.services) + 1
    make(one)
    assert units.told[0] == f"+{NETWORKD}"
    units.told.clear()
    make(one)
    assert units.told == []
    assert {oct(path.stat().st_mode & 0o777) for path in folders.services.iterdir()} == {"0o644"}


def test_another_site_ends_what_it_does_not_ask_for_and_starts_anew_what_reads_another_file(
    units: Kept, folders: Folders
) -> None:
    make(part(FULL, units, folders))
    units.told.clear()
    make(part(PLAIN, units, folders))
    assert f"-{LEASES}" in units.told
    assert units.told.count(f"+{NETWORKD}") == 1
    assert units.up == {NETWORKD, NAMES}
    make(part(Programs(), units, folders))
    assert units.up == {NETWORKD}
    assert not list(folders.services.iterdir())
    assert not list(folders.networkd.iterdir())


def test_a_site_without_programs_asks_systemd_nothing(folders: Folders) -> None:
    class Asked(Kept):
        def running(self, units: Iterable[str]) -> frozenset[str]:
            assert not list(units)
            return frozenset()

    make(part(Programs(), Asked(), folders))


@pytest.mark.parametrize("name", ["00-claim-gateway-wan.network", "names-claim.conf"])
def test_a_changed_a_strange_and_a_missing_file_are_put_right(units: Kept, folders: Folders, name: str) -> None:
    one = part(FULL, units, folders)
    make(one)
    folder = folders.networkd if name.endswith(".network") else folders.services
    (folder / name).write_text("nonsense")
    assert [line for line in one.difference(one.observe()) if f"{name} says something else" in line]
    make(one)
    (folder / name).unlink()
    assert [line for line in one.difference(one.observe()) if f"{name} is missing" in line]
    make(one)
    stranger = folder / ("00-claim-gateway-lan.network" if name.endswith(".network") else "names-lan.conf")
    stranger.write_text("")
    assert [line for line in one.difference(one.observe()) if f"{stranger.name} is not declared" in line]
    make(one)
    assert not stranger.exists()


def test_other_peoples_networks_are_left_alone(units: Kept, folders: Folders) -> None:
    folders.networkd.mkdir()
    (folders.networkd / "50-office.network").write_text("")
    make(part(FULL, units, folders))
    make(part(Programs(), units, folders))
    assert [path.name for path in folders.networkd.iterdir()] == ["50-office.network"]


def test_what_somebody_stopped_runs_again(units: Kept, folders: Folders) -> None:
    one = part(FULL, units, folders)
    make(one)
    units.stop(NAMES)
    assert one.difference(one.observe()) == (f"{NAMES} does not run",)
    make(one)


def test_killed_between_file_and_start_the_next_apply_starts_it(units: Kept, folders: Folders) -> None:
    make(part(PLAIN, units, folders))
    units.fails = LEASES
    other = part(FULL, units, folders)
    with pytest.raises(ProgramsError, match="no"):
        other.apply(other.observe())
    units.fails = ""
    assert f"{LEASES} does not run" in other.difference(other.observe())
    make(other)
    units.told.clear()
    (folders.services / "leases-claim.conf.started").write_text("another digest")
    assert other.difference(other.observe()) == (f"{LEASES} runs with another file",)
    make(other)
    assert units.told == [f"+{LEASES}"]


def test_a_failed_apply_is_put_back_whole(units: Kept, folders: Folders) -> None:
    former = part(PLAIN, units, folders)
    make(former)
    tried = part(FULL, units, folders)
    found = tried.observe()
    tried.apply(found)
    tried.restore(found)
    assert former.difference(former.observe()) == ()
    assert units.up == {NETWORKD, NAMES}


def test_a_file_its_program_does_not_take_changes_nothing(units: Kept, folders: Folders) -> None:
    wrong = Service(File("names-claim.conf", "no-such-option\n"), FULL.services[1].check)
    one = part(Programs(services=(wrong,)), units, folders)
    with pytest.raises(
        ProgramsError, match=r"^/usr/sbin/dnsmasq does not take names-claim\.conf: dnsmasq: bad option at line 1"
    ):
        one.apply(one.observe())
    assert units.told == []
    assert not list(folders.services.iterdir())


def test_a_program_that_is_not_installed_is_named(units: Kept, folders: Folders) -> None:
    one = part(Programs(services=(Service(File("names-claim.conf", ""), ("/no/such",)),)), units, folders)
    with pytest.raises(ProgramsError, match=r"^/no/such is missing\. install its Debian package$"):
        one.apply(one.observe())
