"""Running code of plugins: errors are caught and attributed, printed output is kept out of ours."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

from echub.errors import EchubError, PluginError, ReadError
from echub.registry.untouched import untouched


class Note(Protocol):
    """A piece of memory that outlives the process that writes to it."""

    value: bytes


class PluginFault(PluginError):
    """A plugin's function raised an exception that it may not raise, or returned the wrong type."""


Passes = tuple[type[BaseException], ...]
_MISTAKES = (Exception, SystemExit, BaseException)
"""`SystemExit` does not derive from `Exception`, nor do a plugin's own classes based on `BaseException`."""
NOTE_BYTES = 400
"""Bytes of the shared note: room for the names of a plugin, its distribution and a function."""
_note: Note | None = None
_lock = threading.Lock()
_inside = 0
_stdout: Any = None
_AS_IT_IS = nullcontext()
"""Instead of a context that would do nothing: a small file passes through twenty sniffers."""


def guarded(
    who: str,
    owner: str,
    function: Callable[[], Any],
    *,
    where: str = "",
    passes: Passes = (),
    seconds: float | None = None,
) -> Any:  # noqa: ANN401
    """Run code of a plugin; turn a generator into a list, and foreign exceptions into `PluginFault`.

    `who` names it ("the reader acme"), `owner` its plugin and distribution ("the plugin acme of
    echub-acme 1.0"). Errors of `passes` are raised as they are, and so is an interruption by the
    user. `seconds`: the longest that it may take, where the system has timers (in the main thread of Unix).
    Raises `ReadError` if memory runs out.
    """
    try:
        with (
            _quiet(),
            untouched(),
            _staying(),
            _AS_IT_IS if _note is None else _noted(f"{who}, {where}, in {owner}"),
            _AS_IT_IS if seconds is None else timed(seconds),
        ):
            result = function()
            return list(result) if isinstance(result, Iterator) else result
    except EchubError as error:
        if not _is_whole(error):
            raise fault(who, owner, type(error).__name__, where) from None
        _name_owner(error, owner, where)
        raise
    except KeyboardInterrupt:
        raise
    except passes:
        raise
    except MemoryError:
        raise ReadError(f"there is not enough memory for {who}") from None
    except _MISTAKES as error:
        raise fault(who, owner, one_line(error), where) from error


def guarded_each(
    functions: Sequence[Callable[[], Any]], named: Callable[[int], tuple[str, str, str]]
) -> list[Any]:
    """Run code of several plugins, as `guarded` does; what one of them raises takes the place of its result.

    One boundary serves all, since it costs more than most of what is asked within it. `named(number)` gives who,
    owner and where of a function.
    """
    found: list[Any] = []
    while len(found) < len(functions):
        try:
            with _quiet(), untouched(), _staying():
                for function in functions[len(found) :]:
                    with _AS_IT_IS if _note is None else _noted("{}, {}, in {}".format(*named(len(found)))):
                        found.append(function())
        except KeyboardInterrupt:
            raise
        except _MISTAKES as error:
            found.append(_as_ours(error, *named(len(found))))
    return found


def _as_ours(error: BaseException, who: str, where: str, owner: str) -> EchubError:
    """Return the error that `guarded` raises for one of a plugin."""

    def again() -> None:
        raise error

    try:
        guarded(who, owner, again, where=where)
    except EchubError as ours:
        return ours
    raise error


def fault(who: str, owner: str, found: str, where: str = "") -> PluginFault:
    """Build the error that names a plugin as the cause."""
    return PluginFault(
        f"{who} failed",
        where=where,
        found=found,
        cause=f"a mistake in {owner}",
        hint="report it to the plugin's author, with the file if you can",
    )


def _name_owner(error: EchubError, owner: str, where: str) -> None:
    """Say whose mistake an error of a plugin's code is, unless it says so itself or asks for a missing package."""
    if not isinstance(error, PluginError) or owner in str(error) or "pip install" in (error.hint or ""):
        return
    if error.cause:
        error.where = ", ".join(part for part in (error.where or where, f"in {owner}") if part)
    else:
        error.where = error.where or where
        error.cause = f"a mistake in {owner}"


def _is_whole(error: EchubError) -> bool:
    """Return whether an error can be told: a plugin's own kind may have changed how, or count as a success."""
    if type(error).__module__.partition(".")[0] == "echub":
        return True
    try:
        json.dumps(error.as_dict())
        return bool(str(error)) and isinstance(error.exit_code, int) and error.exit_code > 0
    except Exception:
        return False


def one_line(error: BaseException) -> str:
    """Say in one line what a plugin raised."""
    if isinstance(error, PluginFault) and error.found:
        return error.found
    if isinstance(error, EchubError):
        return error.message
    try:
        text = str(error).strip().splitlines()
    except Exception:  # an exception of a plugin that cannot say what it is
        text = []
    if type(error).__name__ == "PluginValidationError":  # the lines behind the first one say what is wrong
        return "; ".join(text)
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


# -- printed output --------------------------------------------------------------------------


@contextmanager
def _quiet() -> Iterator[None]:
    """Redirect printed output to standard error: standard output is for results, such as JSON.

    Counted, because threads share `sys.stdout`: the first one in redirects it, the last one out restores it.
    """
    global _inside, _stdout
    with _lock:
        if not _inside:
            _stdout, sys.stdout = sys.stdout, sys.stderr
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                sys.stdout = _stdout


# -- endless loops and exits -------------------------------------------------------------------


class TooLong(BaseException):
    """Code of a plugin went on for longer than it may; no `except Exception` of the plugin stops this."""


@contextmanager
def timed(seconds: float | None) -> Iterator[None]:
    """Raise `TooLong` in the context after some seconds; does nothing in other threads and without timers.

    Between two bytecodes only: a library that loops in native code is not interrupted.
    """
    ours = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if seconds is None or not ours or signal.getitimer(signal.ITIMER_REAL)[0]:  # an outer limit goes on
        yield
        return

    def end(*_: object) -> None:
        if _inside:  # not between two functions of plugins, where it would be nobody's
            raise TooLong(f"it took longer than {seconds:g} s, and was stopped")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_exit_now = os._exit


@contextmanager
def _staying() -> Iterator[None]:
    """Turn `os._exit` of a plugin into an exception: this process would end as if all had gone well."""
    if in_worker():  # its parent sees which plugin ended it
        yield
        return
    own, before = os.getpid(), os._exit

    def stay(status: int) -> None:
        if os.getpid() != own or threading.current_thread() is not threading.main_thread():
            _exit_now(status)  # a child that a library forked, or the thread that watches for the parent's end
        raise SystemExit(f"os._exit({status})")

    os._exit = stay  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = before


# -- where it died ---------------------------------------------------------------------------


def note_in(memory: Note) -> None:
    """Record in shared memory which plugin's code runs, so that the parent can say where this process died."""
    global _note
    _note = memory


def in_worker() -> bool:
    """Return whether this process is a worker, whose death its parent survives and reports."""
    return _note is not None


@contextmanager
def _noted(what: str) -> Iterator[None]:
    if _note is None:
        yield
        return
    before, _note.value = _note.value, what.encode()[: NOTE_BYTES - 1]
    try:
        yield
    finally:
        _note.value = before
