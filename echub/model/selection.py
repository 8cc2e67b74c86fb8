"""Evaluate the expressions of `Dataset.query` over columns, and nothing else."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import SelectionError

Values = Callable[[str], NDArray[Any]]
"""A function from a name to the values of a column; raises `UnknownColumn`."""

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda values, wanted: np.isin(values, wanted),
    ast.NotIn: lambda values, wanted: ~np.isin(values, wanted),
}
_LONGEST = 2000
"""Characters of a condition."""
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.Not: np.logical_not,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_BOOLEAN: dict[type[ast.AST], Any] = {ast.And: np.logical_and, ast.Or: np.logical_or}


def evaluate(expression: str, values: Values, rows: int) -> NDArray[np.bool_]:
    """Evaluate an expression over `values(name)` to one truth value for each of `rows`.

    Raises `SelectionError` if it does not parse, uses more than columns, numbers, texts and
    operators, or is not a condition; `UnknownColumn` for a name that is not a column.
    """
    if not isinstance(expression, str):
        raise _refusal(expression, "it is not a text")
    if len(expression) > _LONGEST:
        raise _refusal(f"{expression[:60]}...", f"it is longer than {_LONGEST} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        with np.errstate(all="ignore"):  # division by zero gives NaN, for which no condition holds
            result = np.asarray(_value(tree, values))
    except SyntaxError as error:
        raise _refusal(expression, *_mistake(expression, error)) from None
    except (TypeError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise _refusal(expression, str(error).splitlines()[0] if str(error) else type(error).__name__) from None
    if result.dtype != bool or result.shape != (rows,):
        raise _refusal(expression, "it is not a condition on the rows")
    return result


def _value(node: ast.expr, values: Values) -> Any:  # noqa: ANN401  numbers, texts or arrays
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Name(id=name):
            return values(name)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return [_value(item, values) for item in items]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            value = _value(operand, values)
            return _UNARY[type(op)](value if isinstance(op, ast.Not) else _computable(value))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_computable(_value(left, values)), _computable(_value(right, values)))
        case ast.BoolOp(op=op, values=operands):
            return _BOOLEAN[type(op)].reduce([_value(operand, values) for operand in operands])
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _BINARY for op in ops):
            operands = [_value(item, values) for item in (left, *others)]
            steps = [_compared(type(op), operands[i], operands[i + 1]) for i, op in enumerate(ops)]
            return np.logical_and.reduce(steps) if len(steps) > 1 else steps[0]
    raise ValueError(f"{ast.unparse(node)} is not understood here")


def _computable(value: Any) -> Any:  # noqa: ANN401
    """Return a number or column to compute with: whole numbers as float64, which small integers would not hold.

    A text times a number, or filled into a text, can be as large as memory.
    """
    if isinstance(value, list) or np.asarray(value).dtype.kind not in "biuf":
        raise ValueError("only numbers and columns can be computed with")
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind in "biu" else value


def _compared(how: type[ast.cmpop], one: Any, other: Any) -> Any:  # noqa: ANN401
    """Compare values; a text beside a number would be unequal in every row, whatever is meant."""
    texts = {text for side in (one, other) for text in _are_texts(side)}
    if len(texts) > 1:
        raise ValueError("a text is compared with a number")
    return _BINARY[how](one, other)


def _are_texts(side: Any) -> set[bool]:  # noqa: ANN401
    """Return whether a side holds texts, and whether numbers: both for a mixed list, neither for an empty one."""
    return {np.asarray(item).dtype.kind not in "biuf" for item in (side if isinstance(side, list) else [side])}


_MISTAKES = (
    (re.compile(r"(?<![=!<>])=(?!=)"), "= alone compares nothing", "two signs compare: cycle == 3"),
    (
        re.compile(r"(?<!\w)\d[\d.]*\s*(?!(?:and|or|not|in|is|e[-+]?\d+)\b)[^\W\d]"),
        "a number has a unit or a name behind it",
        "numbers stand alone, in the unit of the column: time > 3600",
    ),
    (re.compile(r"&&|\|\||!(?!=)"), "this is how other languages join conditions", "use and, or, not"),
)
"""What people write that does not parse: how it looks, what is wrong, and what helps."""


def _mistake(expression: str, error: SyntaxError) -> tuple[str, str | None]:
    if not expression.strip():
        return "it is empty", None
    found = ((cause, hint) for pattern, cause, hint in _MISTAKES if pattern.search(expression))
    return next(found, (error.msg, None))


def _refusal(expression: object, cause: str, hint: str | None = None) -> SelectionError:
    return SelectionError(
        f"cannot select by {expression!r}",
        expected="a condition on columns, such as `cycle == 3 and current > 0`",
        cause=cause,
        hint=hint,
    )
