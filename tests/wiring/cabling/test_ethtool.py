import pytest

from gateway.twin.namespace import Namespace
from gateway.wiring.cabling import ethtool
from gateway.wiring.cabling.ethtool import CannotBlink
from tests.wiring.cabling.cables import cables

pytestmark = pytest.mark.root


def test_the_driver_tells_its_name_and_the_speed() -> None:
    with cables() as made:
        assert made.box.call(ethtool.driver, "eth0") == "veth"
        assert made.box.call(ethtool.speed_mbits, "eth0") == 10_000


def test_what_no_driver_tells_is_unknown(namespace: Namespace) -> None:
    assert namespace.call(ethtool.speed_mbits, "lo") is None
    assert namespace.call(ethtool.driver, "eth9") == ""


def test_a_port_without_a_lamp_and_one_that_is_not_there_say_what_to_do() -> None:
    with cables() as made:
        with pytest.raises(CannotBlink, match=r"eth0: its driver blinks no lamp\. pull the cable and watch"):
            made.box.call(ethtool.blink, "eth0", 1)
        with pytest.raises(CannotBlink, match="no such port: eth9"):
            made.box.call(ethtool.blink, "eth9", 1)
