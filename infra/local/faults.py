"""The one error of the local stack."""


class StackFault(Exception):
    """Says what is wrong and what to do; shown to the user without a traceback."""
