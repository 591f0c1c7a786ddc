"""The files a rehearsal carries: a real-shaped claim file kept in the repository, and a return file made up here."""

from pathlib import Path

import gateway
from gateway.site.layout import Layout

CONFIGS = Path(gateway.__file__).parent.parent / "configs"
DEMO_SITE = CONFIGS / "ip-vpn-claim.yaml"
CLAIM_FILE = CONFIGS / "samples" / "RECEIPTC.UKE"


def sample_of(layout: Layout) -> Path:
    """The sample site file of a layout: `ip-vpn/claim+qualification` is ip-vpn-claim-and-qualification.yaml."""
    return CONFIGS / f"{layout.replace('/', '-').replace('+', '-and-')}.yaml"


RETURN_NAME = "RECEIPTC.HEN"
RETURN_FILE = "\r\n".join(
    (
        # Synthetic: no real return file is public. Only records and fields that public descriptions agree on are filled.
        "HI,1,202112",
        "RE,1,1122,202110,架空　太郎",
        "HR,1,,,0000,合成データのため理由なし,",
        "1,1,0,RE,1,1122,202110,架空　太郎",
        "1,2,0,RC",
        "HG,1",
        "",
    )
).encode("cp932")
