"""How files travel: who hands them in, to which share they go, how they are looked at, and how long they are kept."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from gateway.site.shapes import TABLE, WORD, Model, word_or_table
from gateway.site.terminal_share import TerminalShare
from gateway.site.values import Duration, FileName, Flag
from gateway.site.words import Account, Label, RuleId, SocketPath, shown, wrong


class SftpDrop(Model):
    """Handing files in over SFTP."""

    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = 2222
    """TCP port; 22 is the box's own SSH."""
    connections: Annotated[int, Field(ge=4, le=64, strict=True)] = 32
    """How many at most at a time, from all PCs together."""
    idle: Duration = Field(default="15m", validate_default=True)
    """A connection over which nothing came for so long is closed, and what it left open is discarded."""
    post_quantum_only: Flag = False
    """Whether only key exchanges count that a later quantum computer does not undo; then OpenSSH 9.9 or newer is needed."""


class Person(Model):
    """Someone who hands files in."""

    name: Label
    """As colleagues know them; their folder in 保留/承認 is called so."""
    account: Account | None = None
    """What they log on as; without it their name."""
    sftp_key_file: FileName | None = None
    """Their public SSH keys, one on a line; from="192.168.10.21" before a key binds it to addresses."""
    smb_password_file: FileName | None = None
    """Their password for the shared folder."""
    may_release: Flag = False
    """Whether they may release a file the gateway holds back."""

    @property
    def logon(self) -> str:
        """What they log on as."""
        return self.account or self.name


class Drop(Model):
    """How people in lan hand claim files in."""

    smb: Flag = False
    """Whether the box offers a shared folder."""
    sftp: SftpDrop | None = None
    """Whether it takes files over SFTP, and where."""
    people: tuple[Person, ...] = ()
    """Who may."""


class Returns(Model):
    """Which return files are fetched."""

    patterns: Annotated[tuple[Label, ...], Field(min_length=1)] = ("*.HEN", "*.SAH", "*.csv", "*.pdf")
    """File names to fetch; * stands for any characters."""
    after: Literal["move", "leave", "remove"] = "move"
    """What becomes of the file on the terminal once it is fetched."""


class Clamd(Model):
    """ClamAV's daemon on this box."""

    clamd: SocketPath
    """Its local socket."""


Antivirus = Annotated[
    Annotated[Literal["none"], Tag(WORD)] | Annotated[Clamd, Tag(TABLE)], Discriminator(word_or_table)
]


class Retention(Model):
    """How long the box keeps what passed."""

    spool: Duration = Field(default="14d", validate_default=True)
    """The box's own copy of what was delivered or rejected."""
    delivered: Duration = Field(default="93d", validate_default=True)
    """Delivered files wherever the box placed them, and held files nobody decided on; the three months of C18 and a little more."""
    ledger: Duration = Field(default="5y", validate_default=True)
    """The record of what was delivered when."""


class Relay(Model):
    """The relay: carries claim files to the terminal and return files back."""

    drop: Drop = Drop()
    """How people hand files in."""
    terminal: TerminalShare
    """Where they go."""
    returns: Returns = Returns()
    """What is fetched back."""
    antivirus: Antivirus = "none"
    """Whether files are scanned on the way (C24)."""
    retention: Retention = Field(default_factory=Retention)
    """How long files are kept."""


def _column(value: Any) -> int | str:
    if (type(value) is int and 1 <= value <= COLUMNS_MAX) or (isinstance(value, str) and value.strip()):
        return value
    raise wrong(f"{shown(value)} is not a column", "write its title in quotes, or its number from 1")


COLUMNS_MAX = 1000
Column = Annotated[
    int | str,
    BeforeValidator(_column),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}]}),
]


class ResultColumns(Model):
    """Where a result file carries what: a column's title in the heading, or its number from 1."""

    payer: Column | None = None
    """審査支払機関: 1 or 2, 社保 or 国保."""
    month: Column | None = None
    """請求年月."""
    count: Column | None = None
    """件数; every row counts one unless written."""
    points: Column | None = None
    """点数."""
    state: Column | None = None
    """Whether the row is confirmed."""


class ResultFile(Model):
    """A file the claim system gives back. What is in it differs between payers and years, so it is declared here."""

    names: Annotated[tuple[Label, ...], Field(min_length=1)]
    """File names; * stands for any characters."""
    says: Literal["confirmed", "returned"]
    """What its rows are: claims and whether they are confirmed, or receipts that were returned."""
    columns: ResultColumns = ResultColumns()
    """Where it says so."""
    payer: Literal["1", "2"] | None = None
    """The payer of all rows, where no column says it."""
    confirmed: tuple[Label, ...] = ("確定",)
    """Words in the state column that mean confirmed."""
    encoding: Literal["cp932", "utf-8"] = "cp932"
    """How it is written."""
    heading: Flag = True
    """Whether its first row holds titles."""


class Inspection(Model):
    """How claim and return files are looked at."""

    ignore: tuple[RuleId, ...] = ()
    """Rules that are not looked at, by id; docs/inspection.md lists them."""
    carry: tuple[Label, ...] = ()
    """Names of files that may travel although their structure is not known; * stands for any characters."""
    results: tuple[ResultFile, ...] = ()
    """Result files, for telling what is confirmed (C25) and which returns are missing (C30)."""
