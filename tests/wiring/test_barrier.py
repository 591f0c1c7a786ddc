import pytest

from gateway.twin.namespace import Namespace
from gateway.wiring import barrier, part
from gateway.wiring.guard import guard_rules
from gateway.wiring.model import Wiring, difference

pytestmark = pytest.mark.root


def test_it_shuts_opens_and_knows_which(namespace: Namespace) -> None:
    assert not namespace.call(barrier.is_shut)
    namespace.call(barrier.shut, ("eth2", "eth3"))
    namespace.call(barrier.shut, ("eth2", "eth3"))  # shut already: not an error
    assert namespace.call(barrier.is_shut)
    namespace.call(barrier.open_again)
    assert not namespace.call(barrier.is_shut)


def test_it_is_no_difference_to_be_repaired(namespace: Namespace) -> None:
    guard = Wiring(rules=guard_rules())
    namespace.call(lambda: part.apply(difference(guard, part.observe(guard))))
    namespace.call(barrier.shut, ("eth2",))
    assert namespace.call(lambda: difference(guard, part.observe(guard))) == ()
