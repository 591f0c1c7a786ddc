import pytest

from gateway.claims.catalogue import RULES_BY_NAME
from gateway.claims.finding import Severity
from gateway.claims.names import NameTrouble
from gateway.claims.reader import read
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Hold
from gateway.relay.why import because
from tests.claims.synthetic import claim_file, receipt

HOLDING = [name for name, rule in RULES_BY_NAME.items() if rule.severity is Severity.HOLD]


@pytest.mark.parametrize("reason", [*HOLDING, *NameTrouble, *Hold, *Oddity], ids=str)
def test_each_reason_has_its_why_and_its_what_to_do(reason: str) -> None:
    why, todo = because(str(reason), None)

    assert why.startswith("理由: ")
    assert todo.startswith("すること: ")
    assert why.isprintable()
    assert todo.isprintable()


def test_a_file_s_own_figures_stand_in_the_reason() -> None:
    summary = read([claim_file(receipt(1), trailer="GO,2,100,99")])

    (why, _) = because("count-differs", summary)

    assert "1" in why
    assert "2" in why
