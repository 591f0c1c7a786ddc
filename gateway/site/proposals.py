"""What an algorithm proposal says, in strongSwan's words, and what is wrong or weak in it. Pure.

Keywords: strongSwan's list of cipher suites (proposal_keywords). Weak: what RFC 8247 (IKE), RFC 8221 (ESP) and RFC 9395
advise against.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto


class Kind(Enum):
    """What one word of a proposal stands for."""

    ENCRYPTION = auto()
    AEAD = auto()
    """Encryption that authenticates as well."""
    INTEGRITY = auto()
    PRF = auto()
    GROUP = auto()
    """A key exchange: Diffie-Hellman, or over an elliptic curve."""
    OTHER = auto()


_KINDS = (
    (Kind.AEAD, r"aes(128|192|256)?(gcm|ccm)(8|12|16|64|96|128)|chacha20poly1305"),
    (
        Kind.ENCRYPTION,
        r"aes(128|192|256)?(ctr)?|camellia(128|192|256)?(ctr)?|3des|des|null|cast128|blowfish(128|192|256)?",
    ),
    (Kind.INTEGRITY, r"sha1?|md5|sha(1_160|2?_?256(_96)?|256|384|512)|aesxcbc|aescmac|md5_128|camelliaxcbc"),
    (Kind.PRF, r"prf(md5|sha1|sha256|sha384|sha512|aesxcbc|aescmac)"),
    (
        Kind.GROUP,
        r"modp[1-8][0-9]{2,3}(s[0-9]{3})?|ecp(192|224|256|384|521)(bp)?|ecp512bp|curve(25519|448)|x(25519|448)",
    ),
    (Kind.OTHER, r"esn|noesn"),
)
_WEAK = re.compile(
    r"3des|des|null|cast128|blowfish[0-9]*"  # RFC 8221 §5, RFC 8247 §2.1
    r"|md5(_128)?|sha1?(_160)?|prfmd5|prfsha1"  # RFC 8247 §2.2 and §2.3, RFC 9395 §5
    r"|modp(768|1024|1536|1024s160|2048s224|2048s256)|ecp192|ecp224(bp)?"  # RFC 8247 §2.4
)


def kind(word: str) -> Kind | None:
    """What one word stands for; None for a word strongSwan does not know."""
    return next((found for found, pattern in _KINDS if re.fullmatch(pattern, word)), None)


def weak(proposal: str) -> tuple[str, ...]:
    """The words in a proposal that are weak by today's standards."""
    return tuple(word for word in proposal.split("-") if _WEAK.fullmatch(word))


def mistakes(proposal: str, *, ike: bool, version: int = 2) -> Iterator[str]:
    """What is wrong with a proposal for IKE, or for ESP; each as `what. what to do`."""
    words = proposal.split("-")
    unknown = [word for word in words if kind(word) is None]
    if unknown:
        yield f"'{unknown[0]}' is no algorithm strongSwan knows. write it as aes256gcm16-prfsha384-ecp384"
        return
    kinds = [kind(word) for word in words]
    if Kind.AEAD in kinds and ike and version == 1:
        yield "IKE version 1 has no authenticated encryption. write it as aes256-sha256-modp2048"
        return
    if Kind.AEAD not in kinds and Kind.ENCRYPTION not in kinds:
        yield "no encryption is named. begin with one, such as aes256gcm16"
    if Kind.AEAD not in kinds and Kind.INTEGRITY not in kinds:
        yield "nothing protects the packets' integrity. add one, such as sha256, or use aes256gcm16"
    if ike and Kind.GROUP not in kinds:
        yield "no key exchange is named, which IKE needs. add one, such as ecp384 or modp2048"
