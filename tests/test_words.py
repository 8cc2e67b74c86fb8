"""Three turns of phrase that read as another language stay out of code, messages and docs."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KINDS = (".py", ".md", ".toml", ".txt")
HISTORY = ("changelog.d/", "decisions/", "tests/test_words.py")
"""What was written at its time, and this page of phrases."""

PHRASES = {
    "is no": r"(?<!\bthere )(?<!\bThere )\b(?:is|are|was|were) no (?!longer|more |less |doubt|one |matter|way)\w",
    "Give": r'"""Give\b',
    "the begin": r"\b[Tt]he begin\b",
}


def texts():
    """Walk the texts of the project: those git tracks, else what lies in its folders."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() or [
        p.relative_to(ROOT).as_posix()
        for top in ("echub", "plugins", "docs", "tests")
        for p in (ROOT / top).rglob("*")
    ]
    for name in names:
        if name.endswith(KINDS) and not name.startswith(HISTORY) and (ROOT / name).is_file():
            yield name, (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("phrase", sorted(PHRASES))
def test_the_phrase_is_nowhere(phrase):
    pattern = re.compile(PHRASES[phrase])
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts()
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("phrase", "bad", "good"),
    [
        ("is no", "the cell is no number", "there is no number"),
        ("Give", '"""Give the rows."""', '"""Return the rows."""'),
        ("the begin", "from the begin of the ramp", "from the beginning, or the start"),
    ],
)
def test_the_pattern_sees_it(phrase, bad, good):
    assert re.search(PHRASES[phrase], bad)
    assert not re.search(PHRASES[phrase], good)
