"""What every small parser of user text raises: a sentence, the place inside the text, the way out."""

from __future__ import annotations


class Misread(ValueError):
    """A text that could not be read. Becomes a finding whose `within` is `(start, end)`.

    Raised inside a pydantic validator it arrives whole in `error["ctx"]["error"]`.
    """

    def __init__(
        self,
        message: str,
        start: int = 0,
        end: int = 0,
        help: str | None = None,  # the word of Finding.help, which it becomes
        *,
        path: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        """One sentence, lower case, no full stop, what the user wrote in single quotes."""
        self.start = start
        """0-based character offset into the text."""
        self.end = end
        """0-based, exclusive. Equal to `start` where there is no text to point at."""
        self.help = help
        """The way out, as an instruction."""
        self.path = path
        """Where the fault is in a map or list: keys and indexes below the value that was read. Empty for a text."""
