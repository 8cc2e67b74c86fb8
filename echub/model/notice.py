"""What a reader or the hub wants the user to know about a result that is there all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning with a stable code; it flags a result and never stops it."""

    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """Return code and message for `--json`."""
        return {"code": self.code, "message": self.message}
