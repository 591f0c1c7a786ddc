"""What can stand in the way of an export or a restore: one line, `what. what to do`. Nothing was changed then."""


class Refused(Exception):
    """The disk, or a box that is in use."""


class WrongInput(Exception):
    """The file or the password is not what it should be."""
