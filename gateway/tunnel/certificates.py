"""What can be known of certificates and keys without asking anybody: do they fit, and for how long. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from gateway.tunnel.credentials import Certified, key_id

WARN_BEFORE = (timedelta(days=7), timedelta(days=30), timedelta(days=90))
"""The reminders of clause C28, the nearest first."""
LONGEST_WARNING = WARN_BEFORE[-1]


class Fault(StrEnum):
    """What can be wrong with credentials."""

    KEY_DIFFERS = "key-differs"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    NO_AUTHORITY = "no-authority"
    NOT_SIGNED = "not-signed"
    EXPIRES = "expires"
    """Not wrong yet: it ends within WARN_BEFORE."""
    OTHER_AUTHORITY = "other-authority"
    """Not wrong in itself: the site's certificate is by another authority than the provider's."""


NOT_WRONG = frozenset({Fault.EXPIRES, Fault.OTHER_AUTHORITY})


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that was found. `text` is `what. what to do`; `ends` where it is about a time, else None."""

    fault: Fault
    which: str
    """The key in the site file that names the file: certificate, key_file or ca."""
    text: str
    ends: datetime | None = None

    @property
    def wrong(self) -> bool:
        """Whether the tunnel cannot come up with it."""
        return self.fault not in NOT_WRONG


def judge(material: Certified, now: datetime) -> Iterator[Judgement]:
    """Everything wrong with a certificate, its key and the authority, at `now`."""
    own = material.own[0]
    if key_id(own) != material.key_id:
        text = "the private key is not the certificate's. put the key here that was made with it"
        yield Judgement(Fault.KEY_DIFFERS, "key_file", text)
    yield from _time(own, "certificate", now)
    for authority in material.authorities:
        yield from _time(authority, "ca", now)
        if not _may_sign(authority):
            text = f"{_called(authority)} is no authority's certificate. ask the provider for the authority's own"
            yield Judgement(Fault.NO_AUTHORITY, "ca", text)
    yield from _signed(material)


def _time(certificate: x509.Certificate, which: str, now: datetime) -> Iterator[Judgement]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    called = _called(certificate)
    if now >= ends:
        yield Judgement(
            Fault.EXPIRED, which, f"{called} expired on {ends:%Y-%m-%d}. ask the provider for a new one", ends
        )
    elif now < begins:
        text = f"{called} is not valid before {begins:%Y-%m-%d %H:%M} UTC. look at the clock, then ask the provider"
        yield Judgement(Fault.NOT_YET, which, text, begins)
    elif ends - now <= LONGEST_WARNING:
        left = (ends - now).days
        text = f"{called} expires on {ends:%Y-%m-%d}, in {left} days. ask the provider for a new one now"
        yield Judgement(Fault.EXPIRES, which, text, ends)


def _signed(material: Certified) -> Iterator[Judgement]:
    """The site's own certificate, where the authority at hand claims to have signed it."""
    last = material.own[-1]
    namesakes = [one for one in material.authorities if one.subject == last.issuer]
    if not namesakes:
        text = f"{_called(last)} is by another authority than the one in ca. fine only if the provider uses two"
        yield Judgement(Fault.OTHER_AUTHORITY, "certificate", text)
    elif not any(_verifies(last, authority) for authority in namesakes):
        text = f"{_called(last)} was not signed by the authority in ca, only by its namesake. put the right one there"
        yield Judgement(Fault.NOT_SIGNED, "ca", text)


def _verifies(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may_sign(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):  # ValueError: an extension that cannot be read
        return False


def _called(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "a certificate without a name"
