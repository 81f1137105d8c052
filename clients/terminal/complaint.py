"""What a person is told when something cannot be done as they asked."""


class Complaint(Exception):
    """The message says why."""
