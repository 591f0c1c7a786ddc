"""What `check` says of the tunnel's credentials. Apart, because it loads cryptography, which few site files need."""

from datetime import UTC, datetime
from pathlib import Path

from gateway.site.errors import Mistake
from gateway.site.load import LocatedSite
from gateway.tunnel.examine import Examined, examine


def tunnel_files(located: LocatedSite, path: Path) -> tuple[tuple[Mistake, ...], tuple[Mistake, ...]]:
    """What has to be mended, and what is worth knowing, each at its place in the site file."""
    found = examine(located.site, path.parent, datetime.now(UTC))
    return (
        tuple(_placed(located, one) for one in found if one.wrong),
        tuple(_placed(located, one) for one in found if not one.wrong),
    )


def _placed(located: LocatedSite, one: Examined) -> Mistake:
    file, line, column = located.place(one.path).rsplit(":", 2)
    return Mistake(file, int(line), int(column), one.text)
