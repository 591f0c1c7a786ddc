from collections.abc import Mapping
from typing import Any

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Evidence
from gateway.proof.prove import prove
from gateway.twin.namespace import Namespace
from tests.golden.rulesets import samples
from tests.proof.recorded import NAMES, RENEW, dump_of, kernels, site_of


@pytest.mark.root
@pytest.mark.parametrize("name", NAMES)
def test_a_kept_dump_is_what_the_kernel_prints(namespace: Namespace, name: str) -> None:
    assert [_still(one) for one in kernels(namespace, name)] == [_still(one) for one in dump_of(name)], RENEW


@pytest.mark.root
@pytest.mark.parametrize("name", [sample.stem for sample in samples()])
def test_every_sample_proves_as_the_kernel_prints_it(namespace: Namespace, name: str) -> None:
    verdict = prove(site_of(name), Evidence(kernels(namespace, name), whole_guard()), Diagrams())
    assert verdict.answer is Answer.PROVED, verdict.reason


def _still(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """Less what differs from kernel to kernel: nft's own version, and handles."""
    ((kind, body),) = one.items()
    return {kind: {key: value for key, value in body.items() if key != "handle"} if kind != "metainfo" else {}}
