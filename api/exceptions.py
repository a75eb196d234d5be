"""Exceptions shared by all slices; queries raise them without knowing about HTTP."""


class NotFoundError(Exception):
    """The requested object is not in the register."""
