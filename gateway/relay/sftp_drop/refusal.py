"""The one error a client is answered with: a status of the protocol, and a sentence that says what to do."""

from gateway.relay.sftp_drop.packets import Status


class Refusal(Exception):
    """What was asked is not done. `str()` goes to the client and nowhere else; it quotes nothing."""

    def __init__(self, text: str, status: Status = Status.FAILURE) -> None:
        super().__init__(text)
        self.status = status


class Unanswered(Refusal):
    """The relay did not answer in time: whether it took the file is not known, and the same upload is never offered again."""


def absent() -> Refusal:
    """Nothing of that name is there."""
    return Refusal("no such file", Status.NO_SUCH_FILE)


def denied(text: str = "permission denied") -> Refusal:
    """It is there, or might be, and is not this person's to change."""
    return Refusal(text, Status.PERMISSION_DENIED)


def unsupported() -> Refusal:
    """Nobody does this here."""
    return Refusal("not supported", Status.OP_UNSUPPORTED)
