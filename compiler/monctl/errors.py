"""What monctl raises.

MonctlError
├── UsageError            the command line or the environment is wrong             exit 64
├── EstateError           the estate cannot be read at all (no folder, no file)    exit 1
├── PlanRefused           refused for safety                                       exit 5
├── JournalError          the journal cannot be written or read                    exit 3
└── ProviderError         a provider could not be asked, or said no                exit 3
    ├── AuthError         401 or 403: who we are, or what we may do
    ├── NotFound          404
    ├── Gone              410: the endpoint was removed; never retried
    ├── Conflict          409 or 412: somebody else wrote first
    ├── Rejected          400, 422 and their like: the body is wrong
    ├── RateLimited       429 after the waits of the policy
    ├── Unreachable       no answer: DNS, TCP, TLS, time-out
    └── Garbled           an answer that is not what the API promises (HTML, cut JSON)

Faults in specs are never raised: they are findings, all of them at once.
"""

from __future__ import annotations


class MonctlError(Exception):
    """Base of everything monctl raises on purpose. `str()` is a sentence for the user; `hint` is the way out."""

    exit_code = 70
    hint: str | None = None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(MonctlError):
    """The command line, an option's value or an environment variable is wrong."""

    exit_code = 64


class EstateError(MonctlError):
    """The estate cannot be read at all."""

    exit_code = 1


class PlanRefused(MonctlError):
    """The plan, or a part of it, is not safe to carry out."""

    exit_code = 5


class JournalError(MonctlError):
    """The journal cannot be written or read."""

    exit_code = 3


class ProviderError(MonctlError):
    """A provider could not be asked, or said no."""

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        target: str = "",
        method: str = "",
        url: str = "",
        status: int | None = None,
        detail: str = "",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.target = target
        self.method = method
        self.url = url
        self.status = status
        self.detail = detail
        """What the provider said, shortened, secrets replaced by `***`."""

    def __str__(self) -> str:
        where = f"{self.target}: " if self.target else ""
        call = f" ({self.method} {self.url}" + (f" → {self.status})" if self.status else ")") if self.method else ""
        said = f": {self.detail}" if self.detail else ""
        return f"{where}{self.args[0]}{call}{said}"


class AuthError(ProviderError):
    """401 or 403."""


class NotFound(ProviderError):
    """404."""


class Gone(ProviderError):
    """410: the endpoint was removed. Never retried."""


class Conflict(ProviderError):
    """409 or 412: somebody else wrote first, or the name is taken."""


class Rejected(ProviderError):
    """400, 422 and their like: the provider refuses the body."""


class RateLimited(ProviderError):
    """429 after every wait the policy allows."""


class Unreachable(ProviderError):
    """No answer at all: DNS, TCP, TLS or a time-out."""


class Garbled(ProviderError):
    """An answer that is not what the API promises."""


def reason(error: OSError) -> str:
    """Why the system refused something, as it stands within a sentence: `permission denied`."""
    return (error.strerror or type(error).__name__).lower()
