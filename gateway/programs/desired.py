"""Everything a site asks of other programs. Pure."""

from gateway.programs.leases import lease_services
from gateway.programs.model import Programs
from gateway.programs.names import name_services
from gateway.programs.networkd import network_files
from gateway.programs.ntp import time_services
from gateway.programs.pppoe import dial_services
from gateway.site.model import Site


def desired(site: Site) -> Programs:
    """The files and services of `site`, whose ports are named."""
    services = (*lease_services(site), *name_services(site), *time_services(site), *dial_services(site))
    return Programs(network_files(site), services)
