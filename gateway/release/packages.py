"""Debian's packages: what every box runs on, and what some sites need beside it. Names as in Debian 12 and 13."""

ALWAYS = (
    "conntrack",
    "iproute2",
    "libnftables1",
    "netbase",  # /etc/protocols: nft reads protocol names there
    "nftables",
    "openssh-client",  # ssh-keygen checks a release's signature
    "python3-venv",
)
TUNNEL = ("charon-systemd", "libstrongswan-standard-plugins")
SHARE = ("samba", "samba-vfs-modules")
NAMES_AND_LEASES = ("dnsmasq-base",)  # the program without a service of its own
TIME = ("chrony",)
ANTIVIRUS = ("clamav-daemon",)
JOURNAL_COPY = ("rsyslog",)  # the program; the unit is ours
DIAL_UP = ("ppp",)
EVERY_PACKAGE = (*ALWAYS, *TUNNEL, *DIAL_UP, *SHARE, *NAMES_AND_LEASES, *TIME, *ANTIVIRUS, *JOURNAL_COPY)
