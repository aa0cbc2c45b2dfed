"""What a user can get wrong."""


class InputError(Exception):
    """The input is bad, and trying again is no use: told without a traceback, exit code 2."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}\n{hint}")
