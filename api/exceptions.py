"""What any slice may raise: queries need it, and know nothing of HTTP."""


class NotFoundError(Exception):
    """There is no such thing in the register."""
