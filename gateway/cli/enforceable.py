"""Loading a site that this version can enforce whole: anything less is refused by name, before anything is touched."""

from pathlib import Path

from gateway.cli.command import Refused
from gateway.policy.support import unsupported
from gateway.site.load import load_located
from gateway.site.model import Site


def enforceable_site(path: Path) -> Site:
    """The site in `path`. Raises SiteFileError, or Refused when it declares what cannot be enforced yet."""
    located = load_located(path)
    missing = unsupported(located.site)
    if missing:
        raise Refused("\n".join(f"{located.place(field)}: {text}" for field, text in missing))
    return located.site
