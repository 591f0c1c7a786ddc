"""The terminal's shelf as the site declares it, and whether its credentials can be used."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import asyncssh

from gateway.relay import sftp_line, smb_line
from gateway.relay.credentials import read_key, read_password
from gateway.relay.errors import Refused, RelayRefused, ShelfError
from gateway.relay.pace import Pace
from gateway.relay.sftp import SftpShelf
from gateway.relay.shelf import Shelf
from gateway.relay.smb import SmbShelf
from gateway.site.model import SftpFolder, SmbShare, TerminalShare

A = TypeVar("A")


def require_credentials(declared: TerminalShare, site_folder: Path) -> None:
    """Raise RelayRefused if the password, the key or the host key cannot be used."""
    match declared.way:
        case SmbShare() as smb:
            _smb_account(smb, site_folder)
        case SftpFolder() as sftp:
            account = _sftp_account(sftp, site_folder)
            try:
                asyncssh.import_public_key(account.host_key)
            except asyncssh.KeyImportError as error:
                text = "relay.terminal.sftp.host_key is no public key. copy the line of the terminal's .pub file again"
                raise RelayRefused(text, wrong_input=True) from error
            try:
                if account.key is not None:
                    sftp_line.private_key(account.key)
            except Refused as error:
                text = f"{sftp.key_file}: holds no private key that can be used. make one without a passphrase"
                raise RelayRefused(text, wrong_input=True) from error


def terminal_shelf(
    declared: TerminalShare, site_folder: Path, pace: Pace, heard: Callable[[ShelfError | None], None]
) -> Shelf:
    """The shelf, not connected yet. Its credentials are read again at each connect."""
    match declared.way:
        case SmbShare() as smb:
            return SmbShelf(
                lambda: _now(lambda: _smb_account(smb, site_folder)),
                deadline=pace.deadline,
                refused_logon=pace.refused_logon,
                heard=heard,
            )
        case SftpFolder() as sftp:
            return SftpShelf(
                lambda: _now(lambda: _sftp_account(sftp, site_folder)),
                deadline=pace.deadline,
                refused_logon=pace.refused_logon,
                heard=heard,
            )


def _now(account: Callable[[], A]) -> A:
    """The credentials could be used when we started: a person is changing them. That must not stop what needs no terminal."""
    try:
        return account()
    except RelayRefused as error:
        raise Refused("password-unreadable") from error


def _smb_account(smb: SmbShare, site_folder: Path) -> smb_line.Account:
    return smb_line.Account(str(smb.server), smb.share, smb.user, read_password(smb.password_file, site_folder))


def _sftp_account(sftp: SftpFolder, site_folder: Path) -> sftp_line.Account:
    key = None if sftp.key_file is None else read_key(sftp.key_file, site_folder)
    password = None if sftp.password_file is None else read_password(sftp.password_file, site_folder)
    return sftp_line.Account(
        str(sftp.server), sftp.port, sftp.user, sftp.host_key, sftp.folder, key=key, password=password
    )
