"""`claim-gateway init`: asks the few questions a vendor can answer on site, and writes a site file that passes `check`."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.draft import draft
from gateway.cli.questions import QUESTIONS, Answers, Question
from gateway.report.wording import Lang
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site
from gateway.site.words import UNPRINTABLE, one_line, shown

MODE = 0o644  # no secret stands in a site file, and the relay's user reads it


class Unanswered(Exception):
    """The answers make no site file: one line each, what and what to write."""


def answers_from_flags(given: Answers, *, defaults: bool) -> dict[str, str]:
    """Every answer from the flags, and from the defaults where `defaults` says so. Pure. Raises Unanswered."""
    answers: dict[str, str] = {}
    missing, wrong = [], []
    for question in QUESTIONS:
        if not question.belongs(answers):
            if question.name in given:
                wrong.append(_out_of_place(question, answers))
            continue
        answer = given.get(question.name)
        if answer is None and not defaults:
            missing.append(question.flag)
        mistake = _mistake(question, answer) if answer is not None else None
        if mistake:
            wrong.append(f"{question.flag}: {mistake}")
        # Later questions look at earlier answers; the default serves until the complaint below is heard.
        answers[question.name] = question.default(answers) if answer is None or mistake else answer
    if missing:
        wrong.append(f"not answered: {', '.join(missing)}. give them, or --defaults for the rest")
    if wrong:
        raise Unanswered("\n".join(wrong))
    return answers


def answers_from_person(given: Answers, before: Answers, lang: Lang) -> dict[str, str]:
    """Asks at the terminal what `given` leaves open. `before` holds an earlier round's answers, now the defaults.

    Raises Unanswered when a flag is wrong, or the terminal is closed.
    """
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        if not question.belongs(answers):
            if question.name in given:
                raise Unanswered(_out_of_place(question, answers))
            continue
        answer = given.get(question.name)
        if answer is None:
            answer = _asked(question, before.get(question.name) or question.default(answers), lang)
        elif mistake := _mistake(question, answer):
            raise Unanswered(f"{question.flag}: {mistake}")
        answers[question.name] = answer
    return answers


def _asked(question: Question, default: str, lang: Lang) -> str:
    words = question.ja if lang == "ja" else question.en
    while True:
        try:
            answer = input(f"{words} [{default}]: ").strip() or default
        except EOFError:
            raise Unanswered("the answers ended before the questions did. nothing was written") from None
        mistake = _mistake(question, answer)
        if mistake is None:
            return answer
        print(f"  {mistake}")


def _mistake(question: Question, answer: str) -> str | None:
    if UNPRINTABLE.search(answer):
        return f"{shown(answer)} holds an invisible character. write it anew"
    try:
        question.read(answer)
    except ValueError as error:
        return one_line(str(error))
    return None


def _out_of_place(question: Question, answers: Answers) -> str:
    shape = f"layout {answers['layout']} with roles {answers['roles']}"
    return f"{question.flag} does not belong to {shape} and the answers before it. leave it out"


def written(target: Path, text: str, *, force: bool) -> tuple[str, ...]:
    """Write `text` as `target`, whole or not at all, if it passes `check`; else the mistakes, and nothing is written.

    Raises OSError for what this disk refuses; FileExistsError is one, unless `force`.
    """
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".site-", suffix=".yaml")
    made = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, MODE)
            os.fsync(descriptor)
        load_site(made)
        if not force:
            # Takes the name, and fails if somebody took it meanwhile. Unlike link(2) a USB stick's file system can do it.
            target.touch(MODE, exist_ok=False)
        made.replace(target)
    except SiteFileError as error:
        return tuple(mistake.text for mistake in error.mistakes)
    finally:
        made.unlink(missing_ok=True)
    return ()


def _refused_target(target: Path, *, force: bool) -> str | None:
    """Why nothing may be written there, before anybody is asked anything."""
    if not target.parent.is_dir():
        return f"{target.parent}: no such directory. make it, or name another with -o"
    if target.is_symlink() or (target.exists() and not target.is_file()):
        return f"{target} is not a plain file. name another with -o"
    if target.exists() and not force:
        return f"{target} is already there. name another with -o, or write over it with --force"
    return None


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", dest="target", type=Path, default=Path("site.yaml"), metavar="FILE", help="default: %(default)s"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is already there")
    parser.add_argument(
        "--defaults", action="store_true", help="ask nothing: take the default for what no flag answers"
    )
    answers = parser.add_argument_group(
        "answers", "lists are separated by commas; the nth IPv4 and the nth IPv6 address belong to the same PC"
    )
    for question in QUESTIONS:
        words = question.en.replace("%", "%%")
        answers.add_argument(question.flag, dest=f"answer_{question.name}", metavar="ANSWER", help=words)


def _run(args: argparse.Namespace) -> int:
    target: Path = args.target
    refused = _refused_target(target, force=args.force)
    if refused:
        print(one_line(refused), file=sys.stderr)
        return Exit.INPUT
    given = {
        question.name: answer
        for question in QUESTIONS
        if (answer := getattr(args, f"answer_{question.name}")) is not None
    }
    person = sys.stdin.isatty() and not args.defaults
    try:
        return _rounds(target, given, person=person, args=args)
    except Unanswered as error:
        print(error, file=sys.stderr)
        return Exit.INPUT


def _rounds(target: Path, given: Answers, *, person: bool, args: argparse.Namespace) -> int:
    """Ask, write, and ask again with the answers as defaults while they do not fit together."""
    before: Answers = {}
    while True:
        if person:
            answers = answers_from_person(given, before, args.lang)
        else:
            answers = answers_from_flags(given, defaults=args.defaults)
        try:
            mistakes = written(target, draft(answers, args.lang), force=args.force)
        except OSError as error:
            raise Refused(
                f"{one_line(str(target))}: cannot be written ({error.strerror}). nothing was changed"
            ) from error
        if not mistakes:
            print(_done(target, args.lang))
            return Exit.OK
        print("\n".join(mistakes), file=sys.stderr)
        if not person or given.keys() >= answers.keys():
            return Exit.INPUT
        given, before = {}, answers


def _done(target: Path, lang: Lang) -> str:
    file = one_line(str(target))
    if lang == "ja":
        return f"{file}: 作成しました。内容を見直し、次へ: claim-gateway show {file}"
    return f"{file}: written. look it over, then: claim-gateway show {file}"


COMMAND = Command(
    name="init",
    summary="write a commented site file from a few answers, asked for or given as flags; it passes check",
    example="claim-gateway init --layout ip-vpn/claim+qualification -o site.yaml",
    arguments=_arguments,
    run=_run,
)
