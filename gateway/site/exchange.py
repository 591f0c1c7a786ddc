"""How files travel: who hands them in, to which share they go, and how long they are kept."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from gateway.site.shapes import TABLE, WORD, Model, word_or_table
from gateway.site.values import Address, Duration, FileName, Flag
from gateway.site.words import Account, Folder, Label, ShareName, SocketPath


class SftpDrop(Model):
    """Handing files in over SFTP."""

    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = 2222
    """TCP port; 22 is the box's own SSH."""


class Person(Model):
    """Someone who hands files in."""

    name: Label
    """As colleagues know them."""
    sftp_key_file: FileName | None = None
    """Their public SSH key."""
    may_release: Flag = False
    """Whether they may release a file the gateway holds back."""


class Drop(Model):
    """How people in lan hand claim files in."""

    smb: Flag = False
    """Whether the box offers a shared folder."""
    sftp: SftpDrop | None = None
    """Whether it takes files over SFTP, and where."""
    people: tuple[Person, ...] = ()
    """Who may."""


class SmbShare(Model):
    """The terminal's shared folder, opened by the box (SMB 3, signed and encrypted)."""

    server: Address
    """The claim terminal's address."""
    user: Account
    """The account made for the box on the terminal."""
    password_file: FileName
    """The file that holds its password."""
    share: ShareName = "receipt"
    """The share's name."""


class TerminalShare(Model):
    """Where claim files are put and return files taken."""

    smb: SmbShare
    """The share."""
    claims: Folder = "claims"
    """Folder in the share for claim files (C2)."""
    returns: Folder = "returns"
    """Folder in the share for return files (C3)."""


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
    """Files that could not be delivered."""
    delivered: Duration = Field(default="93d", validate_default=True)
    """Delivered files; the three months of C18 and a little more."""
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
