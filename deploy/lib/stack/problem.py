"""The one kind of error that a person sees."""


class Problem(Exception):
    """Something that the person at the terminal can put right: printed as one line, without a stack trace."""
