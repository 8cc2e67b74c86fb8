"""The parts of the one error or remark that a function raises, returns or yields, and rows of tables of them."""

from __future__ import annotations

import re

import pytest

from echub.errors import EchubError
from echub.remark import Remark

DETAILS = ("where", "expected", "found", "cause", "hint", "column")


def parts_of(remark: Remark) -> dict[str, str]:
    """Return the message and the details that are set."""
    told = {"message": remark.message, **{name: getattr(remark, name) for name in DETAILS}}
    return {name: text for name, text in told.items() if text}


def said(function) -> dict[str, str]:
    """Return the parts of the error that a function raises or returns, or of the one remark that it yields."""
    try:
        found = function()
    except EchubError as error:
        return {**parts_of(error.remark), **({"path": error.path} if error.path else {})}
    if isinstance(found, EchubError):
        return {**parts_of(found.remark), **({"path": found.path} if found.path else {})}
    (remark,) = [found] if isinstance(found, Remark) else list(found)
    return parts_of(remark)


def row(function, message, **parts):
    return pytest.param(function, {"message": message, **parts}, id=re.sub(r"\W+", "-", message)[:60])
