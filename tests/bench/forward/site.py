"""The site that is measured: the demo's, without address translation, which would be the same kernel work for everyone."""

from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.zones import Translate
from gateway.twin.samples import DEMO_SITE


def bench_site() -> Site:
    """configs/ip-vpn-claim.yaml with every translation off."""
    site = load_site(DEMO_SITE)
    lan, wan = site.zones.lan, site.zones.wan
    if lan is None or wan is None:
        raise ValueError(f"{DEMO_SITE} has no lan or no wan: nothing to measure between")
    zones = site.zones.model_copy(
        update={
            "lan": lan.model_copy(update={"translate_to_terminals": False}),
            "wan": wan.model_copy(update={"translate": Translate()}),
        }
    )
    return site.model_copy(update={"zones": zones})
