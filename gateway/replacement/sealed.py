"""A stream that only its password opens, and that cannot be cut, reordered or bent unnoticed. Pure but for its randomness.

The key comes from the password by scrypt (RFC 7914), the bytes are sealed in pieces by ChaCha20-Poly1305 (RFC 8439), each with
its number and whether it is the last in its nonce: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age
has it. The header carries a code of its own under the same password, so that a wrong one is told from a damaged file.
"""

import hmac
import os
import struct
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gateway.replacement.errors import WrongInput

MAGIC = b"claim-gateway export\n"
VERSION = 1
PIECE_BYTES = 1 << 16
COST = 17
"""scrypt's N is 2 to this: 128 MiB and half a second on a small box, for each guess at a password."""
_COST_MAX = 20
_BLOCK, _LANES = 8, 1  # scrypt's r and p, as RFC 7914 §2 suggests
_SALT_BYTES, _PREFIX_BYTES, _TAG_BYTES, _CODE_BYTES = 16, 7, 16, 32
_FIXED = struct.Struct(f">BB{_SALT_BYTES}s{_PREFIX_BYTES}s")
_PIECES_MAX = 1 << 32


class Sealing:
    """Takes bytes, gives sealed ones to `write`. `close` seals the end: without it the stream is not whole."""

    def __init__(self, write: Callable[[bytes], object], password: str, *, cost: int = COST) -> None:
        self._write = write
        self._rest = bytearray()
        self._number = 0
        salt, self._prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
        self._header = MAGIC + _FIXED.pack(VERSION, cost, salt, self._prefix)
        key, code_key = _keys(password, salt, cost)
        self._cipher = ChaCha20Poly1305(key)
        write(self._header + _code(code_key, self._header))

    def write(self, data: bytes) -> int:
        """Seal what is a whole piece, and is not the last for sure."""
        self._rest += data
        while len(self._rest) > PIECE_BYTES:
            self._seal(bytes(self._rest[:PIECE_BYTES]), last=False)
            del self._rest[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        """Seal the rest, as the end."""
        self._seal(bytes(self._rest), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._write(self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), piece, self._header))
        self._number += 1


def opened(sealed: BinaryIO, password: str) -> Iterator[bytes]:
    """The bytes, a piece at a time; each was authenticated before it is given out. Raises WrongInput."""
    header = sealed.read(len(MAGIC) + _FIXED.size)
    if not header.startswith(MAGIC) or len(header) < len(MAGIC) + _FIXED.size:
        raise WrongInput("it is no export of a claim gateway. name the file that `claim-gateway export` wrote")
    version, cost, salt, prefix = _FIXED.unpack_from(header, len(MAGIC))
    if version > VERSION:
        raise WrongInput("a newer version of this program wrote it. install that version here, then restore")
    if not 1 <= cost <= _COST_MAX:
        raise _damaged()
    key, code_key = _keys(password, salt, cost)
    if not hmac.compare_digest(sealed.read(_CODE_BYTES), _code(code_key, header)):
        raise WrongInput("the password does not open it. try again; capital letters count")
    cipher = ChaCha20Poly1305(key)
    piece = sealed.read(PIECE_BYTES + _TAG_BYTES)
    for number in range(_PIECES_MAX):
        following = sealed.read(PIECE_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), piece, header)
        except InvalidTag:
            raise _damaged() from None
        if not following:
            return
        piece = following


def _keys(password: str, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    both = Scrypt(salt=salt, length=64, n=1 << cost, r=_BLOCK, p=_LANES).derive(password.encode())
    return both[:32], both[32:]


def _code(key: bytes, header: bytes) -> bytes:
    return hmac.new(key, header, sha256).digest()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


def _damaged() -> WrongInput:
    return WrongInput("it is damaged or cut short. take another copy; nothing was restored")
