from datetime import timedelta

from gateway.relay.sftp_drop.limits import limits_of
from gateway.site.exchange import SftpDrop


def test_the_site_s_two_bounds_and_no_address_takes_more_than_a_quarter() -> None:
    limits = limits_of(SftpDrop.model_validate({"connections": 16, "idle": "5m"}))

    assert (limits.connections, limits.of_one_address, limits.idle) == (16, 4, timedelta(minutes=5))


def test_unless_there_are_very_few() -> None:
    assert limits_of(SftpDrop(connections=4)).of_one_address == 2
