import pytest

from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from tests.proof.inventory.box import boxed

pytestmark = pytest.mark.root


@pytest.mark.parametrize("sample", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_a_box_that_is_only_what_its_site_file_says_has_nothing_foreign(sample: str) -> None:
    with boxed(load_site(CONFIGS / f"{sample}.yaml")) as box:
        assert box.evidence().findings == ()
