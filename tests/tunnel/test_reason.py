"""Lines as two charons (5.9.8) said them; tests/tunnel/test_session.py has the charons say them again."""

import pytest

from gateway.tunnel.reason import Reason, tells, why

SAID = {
    "received AUTHENTICATION_FAILED notify error": Reason.REFUSED,
    "message parsing failed": Reason.REFUSED,
    "received NO_PROPOSAL_CHOSEN error notify": Reason.PROPOSAL,
    "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built": Reason.PROPOSAL,
    "received TS_UNACCEPTABLE notify, no CHILD_SA built": Reason.NETWORKS,
    "giving up after 4 retransmits": Reason.UNREACHABLE,
    "CHILD_SA 'east-1' not established after 4000ms": Reason.UNREACHABLE,
    "  subject certificate invalid (valid from Nov 22 05:15:58 2026 to Nov 22 06:15:58 2026)": Reason.EXPIRED,
    'no issuer certificate found for "CN=gw.provider.example"': Reason.UNTRUSTED,
    "IDir 'other.example' does not match to 'gw.provider.example'": Reason.IDENTITY,
    "unable to install IPsec policies (SPD) in kernel": Reason.KERNEL,
    "received DELETE for IKE_SA east-1[1]": Reason.CLOSED,
    "establishing CHILD_SA 'east-1' failed": Reason.UNKNOWN,
}


@pytest.mark.parametrize(("line", "reason"), SAID.items())
def test_a_line_says_why(line: str, reason: Reason) -> None:
    found = why(["sending packet", line])
    assert (found.reason, found.line) == (reason, line.strip())
    assert tells(line) is (reason is not Reason.UNKNOWN)


def test_what_explains_goes_before_what_follows_from_it() -> None:
    expired = "subject certificate invalid (valid from 1 to 2)"
    assert why(["no trusted ECDSA public key found for 'x'", expired]).line == expired
    noise = ["message parsing failed", "giving up after 4 retransmits"]
    assert why(noise).reason is Reason.REFUSED


def test_who_was_there_is_dead_and_not_unreachable() -> None:
    assert why(["giving up after 4 retransmits"], was_up=True).reason is Reason.DEAD


def test_nothing_said_is_unknown() -> None:
    assert why([]).reason is Reason.UNKNOWN
