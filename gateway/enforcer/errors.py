"""What the enforcer can say no with. `str()` is for a person, one line unless said.

EnforcerError
├── ApplyError     the kernel refused, or is not what was asked for; says whether the former state is back
├── Refuted        the proof refuses a candidate, or what the kernel shows
├── Unfit          the site file is wrong, or declares what cannot be enforced; one line per mistake
├── Busy           somebody else is at it; says who
├── NotNow         the request does not fit the state: nothing to confirm, no such grant
├── StateError     the state directory cannot be used, or holds what nobody wrote
└── PurgeError     connections cannot be listed or cut
"""


class EnforcerError(Exception):
    """Any of them."""


class ApplyError(EnforcerError):
    """The kernel refused, or is not what was asked for."""


class Refuted(EnforcerError):
    """The proof says no."""


class Unfit(EnforcerError):
    """The site file cannot be put in force."""


class Busy(EnforcerError):
    """Somebody else holds the enforcer's lock, or is applying."""


class NotNow(EnforcerError):
    """What was asked does not fit what is."""


class StateError(EnforcerError):
    """The state directory cannot be read or written."""


class PurgeError(EnforcerError):
    """Conntrack's program is missing or failed."""
