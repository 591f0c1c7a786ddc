"""What stops a proof: something in the evidence that nobody here can read. Never a guess, never a crash."""


class NotProvable(Exception):
    """`reason` says what is not understood and what to do, `where` the object or rule it stands in."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.reason = reason
        self.where = where
