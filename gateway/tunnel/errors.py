"""What the tunnel can say no with. `str()` is one line and never holds a secret.

TunnelError
└── CredentialError   a certificate, key or pre-shared key cannot be used; says which file and what to do
"""


class TunnelError(Exception):
    """The kernel or charon refused, or what they have is not what was asked for."""


class CredentialError(TunnelError):
    """A file that the site names does not hold what it should."""
