"""Every command and snippet of the documentation and the README does what is shown.

A ```console block holds lines `$ command` and their output, ```python blocks of a page share one
namespace; both run in order in a scratch folder with a copy of `fixtures/`. A block with a title is a
file that is shown, and not run. In shown output … stands for anything, a line of … alone for any
number of lines; how long something took is not compared. A picture below a command that draws one has the
words that the command writes: ECHUB_REMAKE_IMAGES=1 makes the pictures of the pages anew.
"""

import contextlib
import importlib.util
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from echub.cli import main
from echub.registry.registry import registry

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>console|python)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
PROMPT = "$ "
SHELL = re.compile(r"[|<>;&*?$`]")
SECONDS = re.compile(r"(?<=time)( +)\d+\.\d+ s")
IMAGE = re.compile(r"\]\((?P<path>(?:\.\./)?images/[\w-]+\.(?P<kind>svg|png))\)")
WORDS = re.compile(r"<text [^>]*>(.*?)</text>", re.DOTALL)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """A folder with the fixtures, where the snippets of one page run."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    registry.cache_clear()
    yield tmp_path
    registry.cache_clear()


def blocks(page):
    """Return language, first line and text of each block that runs, in order."""
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        lines = found["text"].splitlines()
        width = len(found["indent"])
        yield found["language"], text[: found.start()].count("\n") + 2, "\n".join(line[width:] for line in lines)


def commands(text):
    """Return each command of a console block with the output shown below it."""
    for part in ("\n" + text).split("\n" + PROMPT)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.rstrip()


def run(command):
    """Run a command, one of ours in this process; give its exit code and all it printed."""
    words = shlex.split(command, comments=True)
    if words[0] == "echub" and not SHELL.search(command):
        return run_here(words)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, shell=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    return done.returncode, done.stdout


def run_here(words):
    """Run our command line in this process."""
    said = io.StringIO()
    before, sys.argv = sys.argv, words
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings():
            warnings.simplefilter("default")
            main()
    except SystemExit as ended:
        return ended.code or 0, said.getvalue()
    finally:
        sys.argv = before
    return 0, said.getvalue()


def pattern(shown):
    """Return the expression that output must match."""
    lines = []
    for line in SECONDS.sub(r"\1… s", shown).splitlines():
        parts = [re.escape(part) for part in line.rstrip().split("…")]
        lines.append(r"(?:.*\n)*" if line.strip() == "…" else "[^\n]*".join(parts) + r" *\n")
    return "".join(lines)


def matches(shown, printed):
    """Return whether a command printed what is shown."""
    plain = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"
    return re.fullmatch(pattern(shown), SECONDS.sub(r"\1… s", plain)) is not None


def pictures(page):
    """Return each picture of a page with the file that the closest command above it drew."""
    text = page.read_text(encoding="utf-8")
    for image in IMAGE.finditer(text):
        drawn = re.findall(rf"^\$ .* (?:--plot|-o) (\S+\.{image['kind']})", text[: image.start()], re.MULTILINE)
        if drawn and Path(drawn[-1]).is_file():
            yield page.parent / image["path"], Path(drawn[-1])


def drawn_otherwise(page):
    """Return each picture that the closest command above it drew in another form, with the command for its own."""
    text = page.read_text(encoding="utf-8")
    for image in IMAGE.finditer(text):
        drawn = re.findall(r"^\$ (.* (?:--plot|-o) (\S+)\.(svg|png))$", text[: image.start()], re.MULTILINE)
        if drawn and drawn[-1][2] != image["kind"]:
            command, stem, kind = drawn[-1]
            name = Path(image["path"])
            # A picture of several pages belongs to the command that draws it by its name.
            if stem != name.stem and sum(name.name in one.read_text(encoding="utf-8") for one in PAGES) > 1:
                continue
            other = f"{stem}_again.{image['kind']}"
            yield page.parent / image["path"], command.removesuffix(f"{stem}.{kind}") + other, Path(other)


def words(picture):
    """Return the words in an SVG file; where the ticks of an axis are is up to the library."""
    found = [re.sub(r"<[^>]*>", "", text).strip() for text in WORDS.findall(picture.read_text(encoding="utf-8"))]
    return [text for text in found if re.search("[A-Za-z]", text)]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n  …", "a\n", True),
        ("a … c", "a b c\n", True),
        ("a … c", "a b\nc\n", False),
        ("a", "a\nb\n", False),
        ("1.0", "1x0\n", False),
        ("  time   0.06 s", "  time   1.25 s\n", True),
        ("  time   0.06 s", "  time   1.25 min\n", False),
    ],
)
def test_what_counts_as_the_same_output(shown, printed, same):
    assert matches(shown, printed) is same


NEEDS = {"archive.md": {"duckdb": "lake", "distributed": "cluster"}}
"""Packages that the snippets of a page need, and the extra that installs each."""
CLUSTER = " --on dask"
"""What makes a command one that needs the extra cluster; on other pages only these commands are left out."""


def test_the_examples_of_a_folder_and_of_a_cluster_differ_in_one_option():
    found = [c for _, _, text in blocks(ROOT / "README.md") for c, _ in commands(text) if "convert" in c]
    on_cluster = [command for command in found if CLUSTER in command]
    assert len(on_cluster) == 1
    assert on_cluster[0].replace(CLUSTER, "") in found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_snippets_do_what_is_shown(page, scratch):
    for package, extra in NEEDS.get(page.name, {}).items():
        pytest.importorskip(package, reason=f"needs the extra {extra} ({package})")
    if page.name == "README.md":
        shutil.copy(scratch / "fixtures/eclab/gcpl.mpr", "run.mpr")
    left_out = []
    namespace = {"__name__": "__main__"}
    for language, line, text in blocks(page):
        where = f"{page.relative_to(ROOT)}:{line}"
        if language == "python":
            exec(compile("\n" * (line - 1) + text, page, "exec"), namespace)
            continue
        for command, shown in commands(text):
            if CLUSTER in command and importlib.util.find_spec("distributed") is None:
                left_out.append(command)
                continue
            code, printed = run(command)
            assert "Traceback" not in printed, f"{where}: {command}\n{printed}"
            if shown:
                assert matches(shown, printed), f"{where}: {command}\nshown:\n{shown}\nprinted:\n{printed}"
            else:
                assert code == 0, f"{where}: {command}\n{printed}"
    for image, command, made in drawn_otherwise(page) if os.environ.get("ECHUB_REMAKE_IMAGES") else ():
        # An own file for what the command writes besides, which stands there already.
        run(re.sub(r"-o (\S+)\.h5", r"-o \1_again.h5", command))
        shutil.copyfile(made, image)
    for image, made in pictures(page):
        if os.environ.get("ECHUB_REMAKE_IMAGES"):
            shutil.copyfile(made, image)
        elif image.suffix == ".svg":
            again = (
                f"{image.name} is out of date: ECHUB_REMAKE_IMAGES=1 pytest {Path(__file__).name} -k {page.stem}"
            )
            assert words(made) == words(image), again
    if left_out:
        pytest.skip(f"all but {left_out}, which need the extra cluster (distributed)")
