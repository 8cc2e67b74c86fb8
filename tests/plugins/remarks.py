"""The whole of what is said: code, words, severity and what else a remark has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from echub.errors import EchubError
from echub.remark import Remark


def whole(function: Callable[[], object]) -> dict[str, Any]:
    """Return all of the error that a function raises, or of the one remark that it returns or yields."""
    try:
        found = function()
    except EchubError as error:
        return error.remark.as_dict()
    (remark,) = [found] if isinstance(found, Remark) else list(found)  # type: ignore[call-overload]
    return remark.as_dict()


def refusal(code: str, message: str, **more: str) -> dict[str, Any]:
    """Return a refusal as `whole` returns it."""
    return {"code": code, "message": message, "severity": "refusal", **more}


def warning(code: str, message: str, **more: str) -> dict[str, Any]:
    """Return a flag that warns."""
    return {"code": code, "message": message, "severity": "warning", **more}


def info(code: str, message: str, **more: str) -> dict[str, Any]:
    """Return a flag that only informs."""
    return {"code": code, "message": message, "severity": "info", **more}
