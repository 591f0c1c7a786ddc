import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.schedule import SITE_ZONE
from gateway.proof import evidence as module
from gateway.proof.diagram import Diagrams
from gateway.proof.evidence import NotEvidence, Record, digest_in, dumps, load, loads, site_text
from gateway.proof.model import Answer
from gateway.proof.observe import observe
from gateway.proof.prove import prove
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from tests.proof.inventory.box import boxed

pytestmark = pytest.mark.root

MADE_AT = datetime(2026, 11, 22, 5, 0, tzinfo=SITE_ZONE)


def recorded(sample: str, *changes: str) -> Record:
    path = CONFIGS / f"{sample}.yaml"
    with boxed(load_site(path)) as box:
        box.run(*changes)
        seen = box.call(observe, box.surroundings)
    return Record(MADE_AT, {"nft": "1.0.6"}, site_text(path), seen, {"absent": "no ledger"}, {"verdict": "proved"})


@pytest.fixture(scope="module")
def record() -> Record:
    return recorded("after-hours")


@pytest.fixture
def text(record: Record) -> str:
    return dumps(record)


def test_what_is_written_is_read_again(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(dumps(record), encoding="utf-8")
    assert replace(load(path), digest="") == record
    assert dumps(load(path)) == dumps(record)


def test_it_proves_anywhere_from_the_file_alone(record: Record) -> None:
    again = loads(dumps(record), "evidence.json")
    site = again.site()
    assert site == load_site(CONFIGS / "after-hours.yaml")
    assert prove(site, again.evidence(site), Diagrams()).answer is Answer.PROVED


def test_what_was_foreign_on_the_box_is_foreign_from_the_file() -> None:
    again = loads(dumps(recorded("ip-vpn-claim", "ip route add 192.168.10.21 dev eth2")), "evidence.json")
    site = again.site()
    assert [one.kind for one in again.evidence(site).findings] == ["route"]
    assert prove(site, again.evidence(site), Diagrams()).answer is Answer.DISPROVED


@pytest.mark.parametrize("part", ["made_at", "versions", "site", "dump", "facts", "ledger", "verdict"])
def test_a_part_that_was_changed_is_named(text: str, part: str) -> None:
    said = json.loads(text)
    said[part] = _changed(said[part])
    with pytest.raises(
        NotEvidence, match=f"^evidence.json: the part {part} is not what its digest says: it was changed"
    ):
        loads(json.dumps(said), "evidence.json")


def test_a_part_changed_along_with_its_digest_still_does_not_fit_the_file(text: str) -> None:
    said, other = json.loads(text), json.loads(text)
    other["site"] += "# and more\n"
    said["site"] = other["site"]
    other_record = loads(text, "x")
    again = json.loads(dumps(Record(**{**_fields(other_record), "site_text": other["site"]})))
    said["digests"] = again["digests"]
    with pytest.raises(NotEvidence, match="the parts are not what the file's digest says"):
        loads(json.dumps(said), "evidence.json")


def test_whoever_reckons_all_digests_anew_is_not_found_out_and_the_digest_noted_elsewhere_differs(text: str) -> None:
    record = loads(text, "x")
    forged = dumps(Record(**{**_fields(record), "verdict": {"verdict": "whatever"}}))
    assert loads(forged, "x").verdict == {"verdict": "whatever"}
    assert digest_in(forged) != digest_in(text)


def _whole(site: str) -> str:
    """A file with every part, of which one is odd."""
    parts = ", ".join(f'"{part}": {site if part == "site" else "{}"}' for part in (*module._PARTS, "digests", "digest"))
    return f'{{"format": "{module.FORMAT}", {parts}}}'


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("no json", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it is no “claim-gateway evidence 1”"),
        ('{"format": "claim-gateway evidence 1"}', "the part made_at is missing"),
        (_whole('"\\ud800"'), "it is not JSON"),
    ],
)
def test_what_is_no_evidence_is_said_in_one_line(content: str, complaint: str) -> None:
    with pytest.raises(NotEvidence, match=f"^evidence.json: {complaint}") as refused:
        loads(content, "evidence.json")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(NotEvidence, match="No such file"):
        load(tmp_path / "none.json")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(NotEvidence, match="it is not text"):
        load(tmp_path / "bytes")


def test_a_part_with_right_digests_and_a_wrong_form_is_refused(text: str) -> None:
    said = json.loads(text)
    said["facts"]["links"] = "none"
    parts = {name: said[name] for name in module._PARTS}
    said["digests"] = module._digests(parts)
    said["digest"] = module._digest(said["digests"])
    with pytest.raises(NotEvidence, match="a part has not its form"):
        loads(json.dumps(said), "evidence.json")


def _changed(part: Any) -> Any:
    match part:
        case str():
            return part + " "
        case list():
            return part[:-1]
        case _:
            return {**part, "more": 1}


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__dataclass_fields__}
