import os
import signal

import pytest

from gateway.twin.interrupt import ending_as_interrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_and_later_ones_do_not_cut_the_clearing_short(number: signal.Signals) -> None:
    cleared = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            cleared.append("all of it")

    with pytest.raises(KeyboardInterrupt), ending_as_interrupt():
        work()
    assert cleared == ["all of it"]


def test_afterwards_the_handlers_are_as_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ending_as_interrupt():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
