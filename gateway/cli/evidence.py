"""`claim-gateway evidence export`: one file to prove from again, on any machine, without root."""

import argparse
import os
import platform
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import gateway
from gateway.cli.command import Command, Exit, Refused
from gateway.cli.main import state_dir_argument
from gateway.policy.derive import derive
from gateway.policy.schedule import SITE_ZONE
from gateway.proof.child import prove_apart
from gateway.proof.evidence import Record, digest_in, dumps, site_text
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.observe import NotObserved, evidence, observe
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.places import Places
from gateway.report.proof import verdict_data
from gateway.site.load import load_site
from gateway.site.words import one_line

_WRITTEN = {
    "en": "{file}: {verdict}. digest {digest}\n"
    "  it shows that the file is whole, not who wrote it: note it elsewhere, or sign the file",
    "ja": "{file}: {verdict}。ダイジェスト {digest}\n"
    "  ファイルが欠けていないことを示すもので、作成者を示すものではない。別の場所に控えるか、署名する",
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="export", required=True)
    export = actions.add_parser("export", help="write the evidence of this box, now")
    export.add_argument("site", type=Path, metavar="SITE", help="the site file; its whole text goes into the evidence")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where to write; mode 0600")
    export.add_argument("--lang", choices=("en", "ja"), default=argparse.SUPPRESS, help="language of results")
    state_dir_argument(export)


def _run(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    around = surroundings(site, derive(site))
    try:
        seen = observe(around)
    except NotObserved as error:
        raise Refused(str(error)) from error
    verdict = prove_apart(site, evidence(seen, around))
    record = Record(
        made_at=datetime.now(SITE_ZONE).replace(microsecond=0),
        versions=_versions(seen.dump),
        site_text=site_text(args.site),
        observation=seen,
        ledger=ledger_head(args.state_dir),
        verdict=verdict_data(verdict),
    )
    text = dumps(record)
    _write(args.output, text)
    print(_WRITTEN[args.lang].format(file=args.output, verdict=verdict.answer, digest=digest_in(text)))
    return Exit.OK


def ledger_head(state_dir: Path) -> Mapping[str, str]:
    """What the evidence says of the ledger: the head of its chain, or why there is none. Reads only."""
    path = Places(state_dir).ledger
    if not path.exists():
        return {"absent": f"no ledger at {path}"}
    try:
        with closing(Ledger.read(path)) as ledger:
            return {"head": str(ledger.head())}
    except LedgerError as error:
        return {"absent": str(error)}


def _versions(dump: tuple[Mapping[str, object], ...]) -> Mapping[str, str]:
    nft = next((one["metainfo"] for one in dump if "metainfo" in one), {})
    return {
        "claim-gateway": gateway.__version__,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "nft": str(nft.get("version", "?")) if isinstance(nft, dict) else "?",
        "python": platform.python_version(),
    }


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner alone, since the site file names people: an earlier file stays until the new one is there, and lends it no wider mode."""
    name = one_line(str(path))
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise Refused(f"{name}: it is no plain file. name a file in a folder that exists")
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as beside:
            try:
                beside.write(text)
                beside.flush()
                os.fsync(beside.fileno())
                Path(beside.name).replace(path)
            finally:
                Path(beside.name).unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"{name}: {error.strerror}. name a file in a folder that exists") from error


COMMAND = Command(
    name="evidence",
    summary="write what a proof is made from into one file: site, ruleset, everything beside it, digests, the verdict",
    example="claim-gateway evidence export /etc/claim-gateway/site.yaml -o evidence.json",
    arguments=_arguments,
    run=_run,
)
