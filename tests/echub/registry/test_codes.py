"""The catalogue: every code of the sources stands in it, every entry is used, and what it advises exists."""

import re
from pathlib import Path

import pytest

from docs._pages.sources import scan
from echub import errors
from echub.errors import PluginError
from echub.model.metadata import leaves
from echub.registry import codes
from echub.registry.registry import PluginWarning, registry
from echub.remark import Remark, kebab

ROOT = Path(__file__).parents[3]
BUILT_IN = [*codes.of_hub().values(), *(e for t in codes.targets() for e in codes.of_plugin(t).values())]
MADE = {(found.package, found.code) for found in scan()}
RAISED = {
    found.code
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.EchubError)
}
VALIDATION = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "echub" / "validation").glob("*.py"))
BY_ITSELF = {"dropped"}
"""What `Dropped` bears."""


def test_every_code_of_the_sources_is_in_a_catalogue():
    assert len(MADE) > 250
    known = {(e.owner, e.code) for e in BUILT_IN}
    family = [e.code[:-1] for e in BUILT_IN if e.code.endswith("…")]
    lost = {
        (package, code)
        for package, code in MADE
        if not {("echub", code), (package, code), (package.partition(".")[0], code)} & known
        and not code.startswith(tuple(family))
    }
    assert lost == set()
    assert set(codes.of_hub()) >= RAISED


def test_a_code_is_listed_as_what_makes_it():
    for found in scan():
        entry = codes.find(found.code)
        if found.maker != "Remark" and "…" not in found.code:
            assert found.maker.lower() in entry.kind, found


def test_every_entry_is_used():
    made = {code for _, code in MADE} | RAISED | BY_ITSELF
    made |= {e.code for e in BUILT_IN if e.id and f'"{e.code}"' in VALIDATION}
    assert [e.code for e in BUILT_IN if e.owner == "echub" and e.code not in made] == []
    assert [(e.owner, e.code) for e in BUILT_IN if e.owner != "echub" and (e.owner, e.code) not in MADE] == []


def test_a_code_has_one_entry_and_one_spelling():
    names = [e.code for e in BUILT_IN]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if name != kebab(name) or "_" in name] == []
    assert [code for _, code in MADE if "_" in code] == []


def test_entries_are_short_and_whole():
    for entry in BUILT_IN:
        assert entry.kind, entry.code
        for text in (entry.says, entry.cause, entry.hint):
            assert len(text) < 150, entry.code
            assert not text.endswith("."), entry.code
        assert (entry.level in (0, 1, 2) and entry.severity in ("error", "warning", "note")) == bool(entry.id) or (
            not entry.id and not entry.severity
        )


def test_advice_names_metadata_and_parameters_that_exist():
    params = {name for a in registry().analyses.values() for name in a.params.__dataclass_fields__}
    for entry in BUILT_IN:
        paths = re.findall(r"--set ([a-z][\w.]+)", entry.hint)
        assert set(paths) <= set(leaves()), entry.code
        assert set(re.findall(r"--param (\w+)=", entry.hint)) <= params, entry.code


def test_a_remark_is_explained_where_it_does_not_explain_itself():
    entry = codes.of_hub()["truncated"]
    assert codes.explained(Remark("truncated", "m")).hint == entry.hint
    own = codes.explained(Remark("truncated", "m", hint="mine"))
    assert (own.hint, own.cause) == ("mine", entry.cause)
    stranger = Remark("no-such-code", "m")
    assert codes.explained(stranger) == stranger
    assert codes.find("mixed-anything") is codes.of_hub()["mixed-…"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[a-b]\nkind = "flag"\n', "kind"),
        ('[a_b]\nsays = "x"\nkind = "flag"\n', "says, kind"),
        ('[a-b]\nsays = "x"\nkind = "flg"\n', "says, kind"),
        ('[a-b]\nsays = "x"\nwhy = "y"\n', "says, why"),
    ],
)
def test_a_wrong_entry_is_refused(text, found):
    with pytest.raises(PluginError) as refused:
        codes._entries(text, "p")
    assert refused.value.found == found


def test_an_entry_has_all_that_it_states_and_its_owner():
    text = """
[a-b]
says = "it is"
kind = "flag"
[c-d]
says = "it was"
kind = ["rule", "error"]
cause = "a slip"
hint = "again"
id = "ECH999"
level = 2
severity = "note"
"""
    assert codes._entries(text, "acme") == {
        "a-b": codes.Code("a-b", ("flag",), "it is", "", "", "", 0, "", "acme"),
        "c-d": codes.Code("c-d", ("rule", "error"), "it was", "a slip", "again", "ECH999", 2, "note", "acme"),
    }


def test_the_hubs_entry_counts_and_a_catalogue_that_cannot_be_read_is_left_out(monkeypatch):
    """Neither a file nor a result is lost by it."""
    of_hub = {
        "a-b": codes.Code("a-b", ("flag",), "of the hub"),
        "rule-x": codes.Code("rule-x", ("rule",), "x", "c"),
    }
    of_acme = {name: codes.Code(name, ("flag",), "of acme", "c", "h") for name in ("a-b", "c-…", "c-d")}

    def of_plugin(target):
        if target == "broken:codes.toml":
            raise PluginError("it is broken")
        return of_acme

    monkeypatch.setattr(codes, "of_hub", lambda: of_hub)
    monkeypatch.setattr(codes, "of_plugin", of_plugin)
    monkeypatch.setattr(codes, "targets", lambda: ["broken:codes.toml", "acme:codes.toml"])
    codes.catalogue.cache_clear()
    try:
        with pytest.warns(PluginWarning, match="it is broken"):
            assert [entry.code for entry in codes.entries()] == ["a-b", "rule-x", "a-b", "c-…", "c-d"]
        with pytest.warns(PluginWarning, match="it is broken"):
            assert codes.find("a-b").says == "of the hub"
        assert (codes.find("c-d"), codes.find("c-other"), codes.find("d")) == (
            of_acme["c-d"],
            of_acme["c-…"],
            None,
        )
        own = [
            codes.explained(Remark("c-d", "m", cause=cause, hint=hint))
            for cause, hint in (("", "mine"), ("x", ""))
        ]
        assert [(one.cause, one.hint) for one in own] == [("c", "mine"), ("x", "h")]
        assert codes.explained(Remark("rule-x", "m")).cause == ""  # of a rule: a reader means something else by it
    finally:
        codes.catalogue.cache_clear()


def test_a_catalogue_that_is_not_there_names_itself():
    with pytest.raises(PluginError, match=r"echub:nowhere\.toml"):
        codes.of_plugin("echub:nowhere.toml")
