from gateway.enforcer.desired import desire
from gateway.enforcer.proof import CONFIRM_ONLY
from gateway.site.model import Site


def test_without_a_proof_nothing_is_refused(site: Site) -> None:
    CONFIRM_ONLY.candidate(desire(site))
    CONFIRM_ONLY.live(desire(site))
