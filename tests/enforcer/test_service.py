import pytest

from gateway.enforcer.box import Box
from gateway.enforcer.clock import Clock
from gateway.enforcer.requests import Apply, Confirm, Grant, Grants, Request, Revoke, Rollback, Status
from gateway.enforcer.service import perform
from gateway.enforcer.store import Store
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_every_request_is_done_and_told_as_plain_data(after_hours: Rig) -> None:
    call = after_hours.twin.gateway.call
    made = call(lambda: Box(Store(after_hours.state), after_hours.run, clock=Clock(trusted=True)))

    def asked(request: Request) -> dict[str, object]:
        return call(perform, made, request, "root")

    first = asked(Apply(site=after_hours.site_file.read_text(), comment="first"))
    assert (first["confirm_within_s"], first["latch_lifted"], first["flows"]) == (None, False, 3)
    assert asked(Grant(name="late-claims"))["lasts_s"] == 7200
    assert asked(Status())["table"] is True
    assert asked(Grants())["grants"] == [
        {
            "grant": "late-claims",
            "at_most_s": 7200.0,
            "sources": ["192.168.10.21", "2001:db8:10::21"],
            "open_for_s": pytest.approx(7200, abs=10),
        }
    ]
    assert asked(Revoke(name="late-claims"))["was_open"] is True
    other = after_hours.variant("other", "{tcp: 443}", "{tcp: 8443}").read_text()
    trial = asked(Apply.model_validate({"site": other, "confirm_within": 600}))
    assert trial["confirm_within_s"] == 600
    assert asked(Confirm())["site"] == trial["site"]
    assert asked(Rollback())["site"]["digest"] == first["site"]["digest"]  # type: ignore[index]
