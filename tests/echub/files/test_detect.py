"""Every sniffer that may decide is asked; the unique best wins; four different errors where none can."""

import pytest

from echub.declare import Confidence, KnownFormat, Reader
from echub.errors import AmbiguousFormat, PluginError, ReaderNotInstalled, ReadError, UnknownFormat
from echub.files import detect
from echub.files.detect import choose, first_bytes, rank
from echub.model.source import Source
from echub.registry import calling
from echub.registry.registry import PluginWarning, Registry, registry
from tests.messages.parts import said

C = Confidence


def answering(answer):
    def sniff(source):
        if isinstance(answer, BaseException):
            raise answer
        return answer if source.head != detect.NOISE else C.NO

    return sniff


@pytest.fixture
def readers(monkeypatch):
    """Build a registry of readers by name, answer and flags."""

    def build(*formats, **answers):
        empty = Registry([])
        sniffers = {}
        for name, answer in answers.items():
            flags = {}
            if isinstance(answer, tuple):
                answer, flags = answer
            sniffers[name] = answering(answer)
            empty.readers[name] = Reader(
                name, f"{name} files", (".acme",), sniff=name, read=f"{name}:read", **flags
            )
        empty.known_formats.update({known.name: known for known in formats})
        monkeypatch.setattr(calling, "resolve", sniffers.__getitem__)
        return empty

    return build


FILE = Source.from_bytes(b"ACME 1.0\n" + b"x" * 100, "run.acme")
FALLBACK = {"fallback": True}
EXPLICIT = {"explicit_only": True}


@pytest.mark.parametrize(
    ("answers", "winner"),
    [
        ({"a": C.CERTAIN, "b": C.LIKELY}, "a"),
        ({"a": C.MAYBE, "b": C.LIKELY}, "b"),
        ({"a": C.NO, "b": C.MAYBE}, "b"),
        ({"a": C.MAYBE, "b": (C.CERTAIN, FALLBACK)}, "a"),
        ({"a": C.NO, "b": (C.MAYBE, FALLBACK)}, "b"),
        ({"a": C.NO, "b": (C.MAYBE, FALLBACK), "c": (C.LIKELY, FALLBACK)}, "c"),
        ({"a": C.MAYBE, "b": (C.CERTAIN, EXPLICIT)}, "a"),
        ({"a": ValueError("broken"), "b": C.MAYBE}, "b"),
        ({"a": SystemExit(1), "b": C.MAYBE}, "b"),
        ({"a": True, "b": C.MAYBE}, "b"),
        ({"a": 3, "b": C.MAYBE}, "b"),
        ({"a": None, "b": C.MAYBE}, "b"),
    ],
)
def test_the_unique_best_wins(readers, answers, winner):
    assert choose(FILE, readers(**answers)).name == winner


def test_a_fallback_is_asked_only_if_no_other_reader_knows_the_file(readers, monkeypatch):
    asked = []
    found = readers(a=C.MAYBE, b=(C.CERTAIN, FALLBACK), c=(C.CERTAIN, EXPLICIT))
    sniffers = calling.resolve
    monkeypatch.setattr(calling, "resolve", lambda name: asked.append(name) or sniffers(name))
    choose(FILE, found)
    assert set(asked) == {"a"}


def test_ranking_puts_the_sure_first_and_the_explicit_last(readers):
    matches = rank(
        FILE,
        readers(e=(C.CERTAIN, EXPLICIT), f=(C.LIKELY, FALLBACK), z=C.MAYBE, a=C.MAYBE, n=C.NO, b=OSError("x\ny")),
    )
    assert [m.reader.name for m in matches] == ["a", "z", "b", "n", "f", "e"]
    problems = {m.reader.name: m.problem for m in matches}
    assert problems["b"].startswith("OSError: x")
    assert problems["a"] == ""


def test_a_wrong_answer_is_shown(readers):
    (match,) = rank(FILE, readers(a=1))
    assert match.confidence == C.NO
    assert match.problem == "it gave an int, not a Confidence, in a plugin that is not installed"


@pytest.mark.parametrize("claim", [C.MAYBE, C.LIKELY, C.CERTAIN])
def test_a_sniffer_that_claims_everything_counts_for_nothing(readers, monkeypatch, claim):
    detect._claims_noise.cache_clear()  # it is asked once per process
    found = readers(greedy=claim, honest=C.LIKELY)
    honest = calling.resolve
    monkeypatch.setattr(calling, "resolve", lambda n: (lambda source: claim) if n == "greedy" else honest(n))
    with pytest.warns(PluginWarning) as told:
        assert choose(FILE, found).name == "honest"
    ignored = "also claims random bytes, so its answer is ignored"
    assert [str(one.message) for one in told] == [f"the reader greedy {ignored}"]
    greedy = next(match for match in rank(FILE, found) if match.reader.name == "greedy")
    assert (greedy.confidence, greedy.problem) == (C.NO, ignored)


# -- the four errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        {"a": C.CERTAIN, "b": C.CERTAIN},
        {"a": C.MAYBE, "b": C.MAYBE, "c": C.NO},
        {"a": (C.MAYBE, FALLBACK), "b": (C.MAYBE, FALLBACK)},
    ],
)
def test_a_tie_names_the_flags_to_choose_by(readers, answers):
    with pytest.raises(AmbiguousFormat, match="several readers recognise this file") as refused:
        choose(FILE, readers(**answers))
    assert refused.value.hint == "say which: --reader a or --reader b"
    assert refused.value.path == "run.acme"


def test_nobody_knows_it_and_the_suffix_is_somebodys(readers):
    with pytest.raises(UnknownFormat, match="no reader recognises this file") as refused:
        choose(FILE, readers(a=C.NO, b=(C.CERTAIN, EXPLICIT)))
    assert refused.value.found.startswith("b'ACME 1.0\\nxxx")
    assert refused.value.expected == "for .acme: a, b"
    assert refused.value.cause == "the suffix is right but the content is not"


def test_nobody_knows_it_nor_its_suffix(readers):
    with pytest.raises(UnknownFormat) as refused:
        choose(Source.from_bytes(b"?", "a.xyz"), readers(a=C.NO))
    assert refused.value.expected is None
    assert refused.value.cause == "no plugin reads this format"


OLD = KnownFormat("old", "an ACME file of the nineties", (".acme",), "export it as text", (b"OLD", b"\xffOLD"))


@pytest.mark.parametrize(("start", "known"), [(b"OLD!", True), (b"\xffOLD", True), (b"NEW", False)])
def test_a_known_format_says_what_to_do_instead(readers, start, known):
    with pytest.raises(UnknownFormat) as refused:
        choose(Source.from_bytes(start, "a.ACME"), readers(OLD, a=C.NO))
    assert ("recognised but not read" in refused.value.message) is known
    assert (refused.value.hint == "export it as text") is known


def test_a_format_known_by_its_suffix_alone_is_only_a_guess(readers):
    known = KnownFormat("old", "an ACME file of the nineties", (".acme",), "export it as text")
    with pytest.raises(UnknownFormat, match="by its suffix this may be an ACME file"):
        choose(Source.from_bytes(b"?", "a.acme"), readers(known, a=C.NO))


def test_a_known_format_never_hides_a_reader(readers):
    assert choose(Source.from_bytes(b"OLD!", "a.acme"), readers(OLD, a=C.MAYBE)).name == "a"


def test_a_reader_without_its_package_says_what_to_install(readers):
    flags = {"requires": "not_there", "extra": "acme"}
    with pytest.raises(ReaderNotInstalled, match="needs the package not_there") as refused:
        choose(FILE, readers(a=(C.CERTAIN, flags)))
    assert refused.value.hint == "pip install 'echub[acme]'"


def test_an_empty_file_is_said_to_be_empty(readers):
    with pytest.raises(UnknownFormat, match="the file is empty"):
        choose(Source.from_bytes(b"", "a.acme"), readers(a=C.NO))


def test_an_unreadable_file_is_a_read_error_and_not_unknown(tmp_path):
    path = tmp_path / "gone.acme"
    path.write_bytes(b"ACME")
    source = Source(path)
    path.unlink()
    with pytest.raises(ReadError):
        choose(source, registry())


def test_first_bytes_are_shown_as_bytes():
    assert first_bytes(Source.from_bytes(b"\x00\xffab", "x")) == "b'\\x00\\xffab'"
    assert first_bytes(Source.from_bytes(b"a" * 24, "x")) == f"b'{'a' * 24}'"
    assert first_bytes(Source.from_bytes(b"a" * 25, "x")) == f"b'{'a' * 24}'…"


def test_a_broken_sniffer_is_an_error_only_for_files_of_its_suffix(readers):
    found = readers(a=PluginError("broken"), b=C.NO)
    with pytest.raises(PluginError) as refused:
        choose(FILE, found)
    assert (refused.value.message, refused.value.path) == ("broken", "run.acme")
    with pytest.raises(UnknownFormat):
        choose(Source.from_bytes(FILE.head, "README"), found)


def test_a_foreign_suffix_speaks_against_a_fallback_that_only_guesses(readers):
    foreign = Source.from_bytes(FILE.head, "run.py")
    assert choose(foreign, readers(b=(C.LIKELY, FALLBACK))).name == "b"
    with pytest.raises(UnknownFormat):
        choose(foreign, readers(b=(C.MAYBE, FALLBACK)))


@pytest.mark.parametrize("name", ["run.mpr", "run.csv", "run"])
@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 61152\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s61152--0.mpr\n", "git annex get"),
        (b"../.git/annex/objects/ab/cd/SHA256E-s6--0.mpr/SHA256E-s6--0.mpr", "git annex get"),
    ],
)
def test_a_pointer_of_a_repository_says_what_fetches_the_file(name, data, hint):
    with pytest.raises(UnknownFormat) as caught:
        choose(Source.from_bytes(data, name), registry())
    assert caught.value.hint.startswith(hint)
    assert "not the file itself" in caught.value.message


@pytest.mark.parametrize(("more", "is_pointer"), [(0, True), (1, False)])
def test_a_pointer_has_a_kilobyte_at_most(more, is_pointer):
    head = b"version https://git-lfs.github.com/spec/v1\n"
    source = Source.from_bytes(head + b" " * (1024 - len(head) + more), "run.none")
    with pytest.raises(UnknownFormat) as refused:
        choose(source, registry())
    assert ("pointer of Git LFS" in refused.value.message) is is_pointer


def test_a_pointer_is_told_in_full():
    source = Source.from_bytes(b"/annex/objects/SHA256E-s61152--0.mpr\n", "run.mpr")
    assert said(lambda: choose(source, registry())) == {
        "message": "this is a pointer of git-annex, not the file itself", "path": "run.mpr",
        "found": "b'/annex/objects/SHA256E-s'…", "hint": "git annex get run.mpr",
        "cause": "the repository was copied without its large files",
    }  # fmt: skip


def test_several_readers_are_told_with_how_sure_they_are(readers):
    found = readers(a=C.LIKELY, b=C.LIKELY, c=C.MAYBE)
    assert said(lambda: choose(FILE, found)) == {
        "message": "several readers recognise this file", "path": "run.acme", "found": "a (LIKELY), b (LIKELY)",
        "hint": "say which: --reader a or --reader b",
    }  # fmt: skip
