"""The command line: one module per command, imported when that command runs."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# Ctrl-C while the rest is imported ends the process at once, as it ends a program that is not Python: nothing was
# begun, and a traceback through imports tells nobody anything. Not where it is ignored, as in `nohup echub &`.
_HEARD = signal.getsignal(signal.SIGINT)
if _HEARD is signal.default_int_handler:
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_DFL)

import typer  # noqa: E402
import typer.core  # noqa: E402

from echub.cli.commands import COMMANDS, SPELLINGS, command  # noqa: E402
from echub.cli.defaults import Defaults, load  # noqa: E402
from echub.errors import CommandError, EchubError  # noqa: E402

if _HEARD is signal.default_int_handler:
    with suppress(ValueError):
        signal.signal(signal.SIGINT, _HEARD)

GARBAGE = 5_000
"""New objects between two searches for cycles: with Python's 700 they take 5 % of the time of a small file.
Columns wait for none of them: they go with their last use."""
COMPLETING = "_ECHUB_COMPLETE"
"""Set by a shell that asks how a word can go on."""
SCRIPTS = {"--install-completion", "--show-completion"}
"""Options for which typer hands out the script of a shell."""


UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser of the command line raises for what it cannot read; its module differs with typer's version."""


@contextmanager
def _told_to_machines() -> Iterator[None]:
    """Print the mistake in a command line as JSON too, if `--json` is there: a program reads standard output."""
    try:
        yield
    except UsageError as error:
        if "--json" in sys.argv:
            from echub.cli.common import print_json

            print_json(_object(_as_ours(error)))
        raise


def _as_ours(error: Any) -> CommandError:  # noqa: ANN401
    path = error.ctx.command_path if error.ctx is not None else "echub"
    return CommandError(error.format_message(), hint=f"{path} -h")


class LazyGroup(typer.core.TyperGroup):
    """A group that lists commands from the table, and imports the one that is called."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self.commands = {name: typer.core.TyperCommand(name, help=said) for name, said in COMMANDS.items()}

    def make_context(self, *given: Any, **settings: Any) -> Any:  # noqa: ANN401
        """Read the words before the command."""
        with _told_to_machines():
            return super().make_context(*given, **settings)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Read the words of the command, and run it."""
        with _told_to_machines():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Return the name of the command that is called, the command itself, and its words."""
        name, _, rest = super().resolve_command(ctx, [SPELLINGS.get(args[0], args[0]), *args[1:]])
        return name, command(name) if name else None, rest


def new_app(*, add_completion: bool = False, **settings: Any) -> typer.Typer:  # noqa: ANN401
    """Return a typer app with the settings that all commands share: plain help, no decorated tracebacks."""
    return typer.Typer(
        add_completion=add_completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **settings,
    )


app = new_app(cls=LazyGroup, no_args_is_help=True, add_completion=True)


def _version(wanted: bool) -> None:
    if wanted:
        from echub import __version__

        typer.echo(f"echub {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Instrument files in, one unit-checked record, analyses out."""


def main() -> None:
    """Run the command line; an error of echub is printed without a traceback."""
    gc.set_threshold(GARBAGE)
    moved = _keep_to_ourselves()
    try:
        _main()
    except SystemExit as ended:
        if ended.code == CommandError.exit_code and (told := _defaults().told(_command())):
            typer.echo(f"  note: {told}", err=True)
        raise
    except KeyboardInterrupt:  # before the command, or after it
        raise SystemExit(128 + signal.SIGINT) from None
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 says so while a class is made
            raise SystemExit(128 + signal.SIGINT) from None
        raise
    finally:
        if moved:
            _leave()


def _main() -> None:
    sys.stdout, sys.stderr = _whole(sys.stdout), _whole(sys.stderr)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            _run(_defaults())
    except EchubError as error:
        _fail(error)
    except OSError as error:  # every other OSError has become an error of echub by now
        # The reader of the output has closed it (`| head`), or the disk is full.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            typer.echo(f"the output of this command cannot be written: {error.strerror}", err=True)
        raise SystemExit(1 if isinstance(error, BrokenPipeError) else 2) from None
    finally:
        # At exit Python collects garbage among all objects: a tenth of the time of a small file.
        gc.freeze()


def _keep_to_ourselves() -> bool:
    """Send to standard error what others write to standard output, for as long as this process lives.

    The boundary of plugins changes `sys.stdout` while one runs; what a library in C, a thread, or a function at
    exit prints is not seen there. A terminal stays as it is: nobody reads results from it but people.
    """
    stream = sys.stdout
    if stream is not sys.__stdout__ or not isinstance(stream, io.TextIOWrapper) or sys.stderr is None:
        return False
    if stream.isatty():
        return False
    stream.flush()
    own, lines = os.dup(stream.fileno()), isinstance(stream.buffer, io.RawIOBase)
    os.dup2(sys.stderr.fileno(), stream.fileno())
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(own, "w")), stream.encoding, line_buffering=lines)
    return True


def _leave() -> None:
    """Write what is left; what is printed later, at exit, is nothing of ours."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    sys.stdout = sys.stderr


def _whole(stream: Any) -> Any:  # noqa: ANN401
    """Return a stream that writes all of a text, or raises `OSError`, and has a form for every character.

    With `PYTHONUNBUFFERED`, Python writes what the system takes at once, and drops the rest without an error.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if isinstance(stream.buffer, io.RawIOBase) and stream in (sys.__stdout__, sys.__stderr__):
        held = io.BufferedWriter(stream.buffer)
        return io.TextIOWrapper(held, stream.encoding, "backslashreplace", line_buffering=True)
    stream.reconfigure(errors="backslashreplace")  # file names may have characters the terminal's encoding lacks
    return stream


def _defaults() -> Defaults:
    """Return the defaults of this person; none for help and version, which work whatever the file holds."""
    helping = {"-h", "--help", "--version"} & set(sys.argv[1:]) or COMPLETING in os.environ
    return Defaults() if helping else load()


def _run(defaults: Defaults) -> None:
    if COMPLETING in os.environ or SCRIPTS & set(sys.argv[1:]):
        from echub.cli.completing import suit_shells

        suit_shells()
    try:
        app(prog_name="echub", default_map=defaults.for_commands())
    finally:
        sys.stdout.flush()  # at exit it would be too late to report a failure


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:  # noqa: ANN401
    from echub.text import printable

    typer.echo(f"warning: {printable(str(message))}", err=True)


def _command() -> str:
    name = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    return SPELLINGS.get(name, name)


def _fail(error: EchubError) -> None:
    if "--json" in sys.argv:
        from echub.cli.common import print_json

        print_json(_object(error))
    typer.echo(str(error), err=True)
    raise SystemExit(error.exit_code)


def _object(error: EchubError) -> dict[str, Any]:
    return {"status": "failed", "error": error.as_dict()}
