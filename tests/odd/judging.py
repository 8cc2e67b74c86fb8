"""What an answer to an odd question must be, and what is wrong with those that are not.

No exception but one of the command line (the hub refuses a value outside its own interval); no warning; no `nan`,
`inf` or `None` in a sentence; the same answer to the same measurement, and no contrary one if it is read coarsely;
and a figure that shows something, or says why not.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from echub.analysis.analysis import analyze
from echub.analysis.figures import draw_outcome
from echub.analysis.outcome import Outcome
from echub.errors import CommandError, DataError, EchubError
from echub.testing.base import one_line
from echub.testing.rules_robust import NO_NUMBER, _contradict
from tests.odd.question import Question
from tests.odd.subjects import Subject

ROUNDING = 1e-9
"""Relative difference between a value and the end of its interval that is rounding."""
SAME = 1e-3
"""Relative difference between two answers to the same measurement that may be rounding of its time."""


def faults(subject: Subject, question: Question, *, figures: bool = False) -> Iterator[str]:
    """Yield what is wrong with the answer to a question."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome = asked(subject, question)
            yield from _of_outcome(outcome)
            if question.coarser and outcome.status == "ok":
                yield from _contradictions(subject, usual(subject, question), outcome)
            if question.same:
                yield from _differences(subject, usual(subject, question), outcome, question.moved)
            if figures:
                yield from _of_figure(subject, outcome)
    except CommandError as error:  # a parameter that cannot be
        yield from _of_text(error.message)
    except Exception as error:
        yield one_line(error)


def asked(subject: Subject, question: Question) -> Outcome:
    """Return the answer of the analysis to a question."""
    given = question.case.data() if question.given is None else question.given
    if subject.case.outcomes:
        given = list(question.case.outcomes)  # even if none is left
    return analyze(subject.analysis, given, params=question.params or subject.params)


def usual(subject: Subject, question: Question) -> Outcome:
    """Return the answer to the measurement as it was, with the parameters of a question."""
    return asked(subject, replace(question, case=subject.case, given=None))


def _of_outcome(outcome: Outcome) -> Iterator[str]:
    for remark in outcome.flags:
        for text in (remark.text, remark.hint, remark.where):
            yield from _of_text(text or "")
    for name, one in outcome.measurands.items():
        for text in (one.note, one.interval.method if one.interval else ""):
            yield from _of_text(text)
        if one.value is None and one.interval is None and not one.note and outcome.status == "ok":
            yield f"{name} is nothing, and neither a flag nor a note says why"
    try:
        again = Outcome.from_json(outcome.to_json())
    except EchubError as error:
        yield f"it cannot be read again: {one_line(error)}"
    else:
        if again != outcome:
            yield "it is another outcome when it is read again"


def _of_text(text: str) -> Iterator[str]:
    if NO_NUMBER.search(re.sub(r"'[^']*'", "", text)):  # what stands in quotes is the user's
        yield f"a sentence without a number: {text}"


def _differences(subject: Subject, before: Outcome, after: Outcome, moved: float) -> Iterator[str]:
    if before.status != after.status:
        yield f"{after.status}, not {before.status}: {', '.join(flag.code for flag in after.flags)}"
        return
    for name, one in before.measurands.items():
        two = after.measurands.get(name)
        if two is None or (one.value is None) != (two.value is None):
            yield f"{name} is {two}, not {one}"
        elif one.value is not None:
            shift = moved if name in subject.tolerance("moves_with_time") else 0.0
            if abs(two.value - shift - one.value) > max(SAME * abs(one.value), one.uncertainty or 0.0):
                yield f"{name} is {two}, not {one}"


def _contradictions(subject: Subject, before: Outcome, after: Outcome) -> Iterator[str]:
    """Yield values, of those whose truth is known, that contradict the ones before, or lost their uncertainty."""
    truth = subject.case.truth
    for name, one in before.measurands.items():
        two = after.measurands.get(name)
        if two is None or one.value is None or two.value is None or (truth and name not in truth):
            continue
        if _contradict(one, two):
            yield f"{name} is {two}, not {one}"
        elif (one.uncertainty or one.interval) and not (two.uncertainty or two.interval):
            yield f"{name} is {two}, without an uncertainty"


def _of_figure(subject: Subject, outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong with the figure; an outcome without one says so by an error of the data."""
    import matplotlib.pyplot as plt

    try:
        figure = draw_outcome(outcome, subject.analysis)
    except DataError as error:
        yield from _of_text(str(error))
        return
    try:
        figure.canvas.draw()
        texts = [text.get_text() for text in figure.findobj(match=_is_text)]
        for text in texts:
            yield from (f"in the figure, {fault}" for fault in _of_text(text))
        for axes in figure.axes:
            if axes.axison and not _shows(axes):
                yield f"an empty picture: {axes.get_title() or axes.get_ylabel() or axes.get_xlabel()}"
    finally:
        plt.close("all")


def _is_text(artist: object) -> bool:
    return type(artist).__name__ in ("Text", "Annotation")


def _shows(axes: object) -> bool:
    """Return whether anything, or a sentence that says why not, stands in the axes."""
    lines = any(np.isfinite(np.asarray(line.get_ydata(), dtype=float)).any() for line in axes.lines)
    return bool(lines or axes.collections or axes.images or axes.patches or axes.texts or axes.tables)
