"""One file that holds what a proof was made from, so that anybody can make it again, elsewhere and later, without root.

Each part has its SHA-256, and the file one over all of them. They show that nothing was changed by accident or by somebody
who did not reckon them anew. They do not show who wrote the file, nor that a kernel ever said this: for that, note the
file's digest somewhere else, or sign the file.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.policy.derive import derive
from gateway.proof.inventory.facts import Facts
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Evidence
from gateway.proof.observe import Observation, evidence
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.reading import read_text
from gateway.site.words import one_line

FORMAT = "claim-gateway evidence 1"
FILE_MAX_BYTES = 64 << 20
"""A ruleset of 4,000 rules makes 3 MB; what is longer is not evidence."""
_PARTS = ("made_at", "versions", "site", "dump", "facts", "ledger", "verdict")
_FACTS = TypeAdapter(Facts)

Data = Mapping[str, Any]


class NotEvidence(Exception):
    """The file cannot be taken for evidence: unreadable, of another format, or changed. One line, with what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one evidence file says. `site_text` is the site file's own text; `ledger` and `verdict` are as they were written."""

    made_at: datetime
    versions: Mapping[str, str]
    site_text: str
    observation: Observation
    ledger: Data
    verdict: Data
    digest: str = ""
    """Over all parts, as the file carries it; empty before it is written."""

    def site(self) -> Site:
        """The site, read again from its text. Raises SiteFileError."""
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "site.yaml"
            path.write_text(self.site_text, encoding="utf-8")
            return load_site(path)

    def evidence(self, site: Site) -> Evidence:
        """What the theorems are proved from, the inventory judged anew."""
        return evidence(self.observation, surroundings(site, derive(site)))


def site_text(path: Path) -> str:
    """The text that goes into the evidence. Raises SiteFileError."""
    return read_text(path)


def dumps(record: Record) -> str:
    """The file's text: JSON in one spelling only (keys sorted, no spaces), so that equal evidence is equal bytes."""
    parts: dict[str, Any] = {
        "made_at": record.made_at.isoformat(),
        "versions": dict(record.versions),
        "site": record.site_text,
        "dump": list(record.observation.dump),
        "facts": _FACTS.dump_python(record.observation.facts, mode="json"),
        "ledger": dict(record.ledger),
        "verdict": dict(record.verdict),
    }
    digests = _digests(parts)
    return _spelled({"format": FORMAT, **parts, "digests": digests, "digest": _digest(digests)}) + "\n"


def digest_in(text: str) -> str:
    """The digest over all parts that a file's text carries; to be noted elsewhere."""
    found: str = json.loads(text)["digest"]
    return found


def load(path: Path) -> Record:
    """Read and check an evidence file. Raises NotEvidence."""
    name = one_line(str(path))
    try:
        if path.stat().st_size > FILE_MAX_BYTES:
            raise NotEvidence(f"{name}: it is longer than {FILE_MAX_BYTES >> 20} MiB. make it with: evidence export")
        return loads(path.read_text(encoding="utf-8"), name)
    except OSError as error:
        raise NotEvidence(f"{name}: {error.strerror}. make it with: claim-gateway evidence export") from error
    except UnicodeDecodeError as error:
        raise NotEvidence(f"{name}: it is not text. make it with: claim-gateway evidence export") from error


def loads(text: str, name: str) -> Record:
    """The same from the file's text; `name` is for complaints. Raises NotEvidence."""
    try:
        said = json.loads(text)
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise NotEvidence(f"{name}: it is no “{FORMAT}”. make it with: claim-gateway evidence export")
        _check(said, name)
    except (ValueError, RecursionError) as error:  # half a surrogate is read, and cannot be spelled again
        raise NotEvidence(f"{name}: it is not JSON. make it with: claim-gateway evidence export") from error
    try:
        return Record(
            datetime.fromisoformat(said["made_at"]),
            {str(key): str(value) for key, value in said["versions"].items()},
            str(said["site"]),
            Observation(tuple(map(dict, said["dump"])), _FACTS.validate_python(said["facts"])),
            dict(said["ledger"]),
            dict(said["verdict"]),
            str(said["digest"]),
        )
    except (ValidationError, ValueError, TypeError, AttributeError) as error:
        raise NotEvidence(f"{name}: a part has not its form. export it again with this version") from error


def _check(said: Mapping[str, Any], name: str) -> None:
    missing = [part for part in (*_PARTS, "digests", "digest") if part not in said]
    if missing:
        raise NotEvidence(f"{name}: the part {missing[0]} is missing: the file was changed. ask for it anew")
    digests = _digests({part: said[part] for part in _PARTS})
    for part in _PARTS:
        if not isinstance(said["digests"], dict) or said["digests"].get(part) != digests[part]:
            raise NotEvidence(f"{name}: the part {part} is not what its digest says: it was changed. ask for it anew")
    if said["digest"] != _digest(digests):
        raise NotEvidence(f"{name}: the parts are not what the file's digest says: it was changed. ask for it anew")


def _digests(parts: Mapping[str, Any]) -> dict[str, str]:
    return {name: _digest(part) for name, part in parts.items()}


def _digest(part: object) -> str:
    return hashlib.sha256(_spelled(part).encode()).hexdigest()


def _spelled(part: object) -> str:
    return json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
