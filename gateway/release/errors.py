"""What a release can be refused for. `str()` is one line: what, where, what to do."""


class WrongRelease(Exception):
    """The archive is not a release, is damaged, or is signed by nobody this box trusts."""


class NotNow(Exception):
    """Claims travel in these days; nothing was changed."""


class Failed(Exception):
    """The box could not install it, or did not run under it; what ran before runs again."""
