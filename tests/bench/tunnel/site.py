"""The site that is measured: an ipsec-router sample with one provider, and without translation, which would be the same
kernel work for both.
"""

from gateway.site.layout import Layout
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.zones import Translate
from gateway.twin.samples import sample_of


def bench_site() -> Site:
    """configs/ipsec-router-claim.yaml, whose terminal goes through the tunnel under its own addresses."""
    sample = sample_of(Layout("ipsec-router/claim"))
    site = load_site(sample)
    wan, tunnel = site.zones.wan, site.tunnel
    if wan is None or tunnel is None:
        raise ValueError(f"{sample} has no wan or no tunnel: nothing to measure")
    first = tunnel.providers[0].model_copy(update={"inner_addresses": ()})
    wan = wan.model_copy(update={"translate": Translate()})
    return site.model_copy(
        update={
            "zones": site.zones.model_copy(update={"wan": wan}),
            "tunnel": tunnel.model_copy(update={"providers": (first,)}),
        }
    )
