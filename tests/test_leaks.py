"""No name, no content: files full of marked text are read, told, carried and refused, and every word said is looked at."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.claims.data import data_of, summary_of
from gateway.claims.examine import Case
from gateway.claims.reader import Expected, inspect, read
from gateway.claims.reading import Reading
from gateway.claims.records import Records
from gateway.claims.results import Part, ResultForm, ResultsUnreadable, Says, read_results
from gateway.claims.site_rules import Place
from gateway.cli.main import main
from gateway.journal import NOTHING_TODO, Level, Message, tell
from gateway.twin.samples import DEMO_SITE
from tests.claims import synthetic
from tests.claims.synthetic import claim_file, lines, receipt
from tests.relay.rig import Rig

# In Latin letters, in kanji, in half-width kana: what a name, a reading and a comment are made of.
MARKS = ("MARUHI", "丸秘太郎", "ﾏﾙﾋﾀﾛｳ")
NAME_MARKS = ("SHIRUSHI", "丸印花子", "ﾏﾙｼﾞﾙｼ")
CONTENT = "".join(MARKS)
NAME = "".join(NAME_MARKS)
NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
REPORTS = Expected(carry=("*.csv", "*.pdf"))
FORM = ResultForm(Says.CONFIRMED, ("*.csv",), {Part.PAYER: 1, Part.MONTH: 2, Part.COUNT: 3, Part.STATE: 4})


def marked(record: str) -> Iterator[str]:
    """The record with each of its fields, its id too, replaced by marked text; then all of them."""
    fields = record.split(",")
    for index in range(len(fields)):
        yield ",".join([*fields[:index], CONTENT, *fields[index + 1 :]])
    yield ",".join([CONTENT] * len(fields))


def marked_files() -> Iterator[bytes]:
    """Files of every kind in which marked text stands in every place there is."""
    whole = receipt(1, filler=CONTENT, search_number=CONTENT)
    full = [
        *whole.split("\r\n"),
        f"SY,{CONTENT}",
        f"CO,{CONTENT},{CONTENT}",
        f"ZZ,{CONTENT}",
        f"1,1,0,RE,{CONTENT}",
        CONTENT,
    ]
    heads = ("IR,1,12,1,0000000,,,202111,00,0", "UK,1,12,3,0000000,,,202111,,00", "YK,1,12,4,0000000,,202111,00")
    trailers = ("GO,1,100,99", "HG,1")
    for head in heads:
        yield lines(head, *full, trailers[0], end=b"\x1a")
        for one in marked(head):
            yield lines(one, *full, trailers[0])
    for one in (*marked(trailers[0]), *marked(whole.split("\r\n")[0]), *marked(whole.split("\r\n")[1])):
        yield claim_file(f"{whole}\r\n{one}", trailer=one)
    yield synthetic.return_file(mark=CONTENT)
    for one in marked("HI,1,202111"):
        yield lines(one, f"HR,1,,,{CONTENT},{CONTENT},{CONTENT}", trailers[1])
    yield synthetic.status_csv((CONTENT, CONTENT, 1, 1, CONTENT))
    yield CONTENT.encode("cp932")
    yield CONTENT.encode()


FILES = tuple(marked_files())


def assert_unmarked(said: str, marks: tuple[str, ...] = (*MARKS, *NAME_MARKS)) -> None:
    assert not [mark for mark in marks if mark in said or mark.casefold() in said.casefold()]
    # Nor as escapes: \u4e38 and the like.
    assert not [mark for mark in marks if json.dumps(mark)[1:-1] in said]


def test_the_files_are_full_of_marks() -> None:
    assert len(FILES) > 90
    assert all(any(mark.encode("cp932") in file or mark.encode() in file for mark in MARKS) for file in FILES)


@pytest.mark.parametrize("content", FILES, ids=[str(number) for number in range(len(FILES))])
def test_no_summary_finding_or_text_carries_a_mark(content: bytes) -> None:
    for name in ("", f"{NAME}.UKE", f"{NAME}.csv", "RECEIPTH.UKE"):
        summary = inspect([content], name=name, expected=Expected(Place("0000000", "12"), carry=REPORTS.carry), now=NOW)
        said = [repr(summary), str(summary), str(asdict(summary)), json.dumps(data_of(summary), ensure_ascii=False)]
        said += [finding.text(lang) for finding in summary.findings for lang in ("en", "ja")]
        said += [repr(summary_of(data_of(summary)))]
        assert_unmarked("\n".join(said))


@pytest.mark.parametrize("content", FILES, ids=[str(number) for number in range(len(FILES))])
def test_what_a_traceback_would_show_carries_no_mark(content: bytes) -> None:
    records, reading = Records([content]), Reading()
    reading.read(records)

    assert_unmarked(f"{records!r} {reading!r} {Case(read([content]), reading, records, declared=False)!r}")


@pytest.mark.parametrize("content", FILES, ids=[str(number) for number in range(len(FILES))])
def test_result_files_give_numbers_or_a_plain_refusal(content: bytes) -> None:
    for encoding in ("cp932", "utf-8"):
        form = ResultForm(FORM.says, FORM.names, FORM.columns, encoding=encoding)
        try:
            assert_unmarked(repr(read_results(content, form)))
        except ResultsUnreadable as error:
            assert_unmarked(f"{error!r} {error.__cause__!r}")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    "arguments", [[], ["--json"], ["--site", str(DEMO_SITE)], ["--json", "--site", str(DEMO_SITE)]]
)
def test_inspect_prints_no_mark(
    lang: str,
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    paths = [tmp_path / f"{number}.UKE" for number in range(len(FILES))]
    for path, content in zip(paths, FILES, strict=True):
        path.write_bytes(content)

    main(["inspect", "--lang", lang, *arguments, *map(str, paths)])

    out, err = capsys.readouterr()
    assert out
    assert_unmarked(out + err + caplog.text)


def test_a_file_s_name_told_anywhere_in_the_suite_fails_that_test() -> None:
    """The positive control of the ear in tests/conftest.py."""
    with pytest.raises(AssertionError, match="TELLING tells a file's name in \\['cause'\\]"):
        tell(Message("0" * 32, "TELLING", Level.INFO, "{cause}", "{cause}", todo=NOTHING_TODO), cause="/x/12.UKE: gone")


def test_the_relay_logs_no_mark_and_its_notes_show_the_name_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rig = Rig(tmp_path)
    with capture_logs() as told:
        for number, content in enumerate((*FILES[:6], *FILES[-5:])):
            rig.drop(f"{NAME}{number}.UKE", content)
            (rig.share / "returns" / f"{NAME}{number}.HEN").write_bytes(content)
        rig.carry()

    assert len(told) > len(rig.parcels()) > 10
    assert_unmarked(repr(told) + caplog.text)
    notes = [text for path, text in {**rig.kept(), **rig.held()}.items() if path.endswith(".txt")]
    assert notes
    assert_unmarked("\n".join(note.decode() for note in notes), MARKS)
    with sqlite3.connect(rig.places.ledger) as ledger:
        rows = [str(row) for row in ledger.execute("SELECT summary, reasons, digest FROM parcel")]
    ledger.close()
    assert_unmarked("\n".join(rows))
