"""Plugins load in isolation: whatever one does, the others survive and the reason is kept."""

import sys
from pathlib import Path

import pytest

from echub.declare import Confidence, KnownFormat, Reader, Writer
from echub.errors import PluginError, ReaderNotInstalled, UnknownReader
from echub.model import vocabulary
from echub.model.record import Record
from echub.registry.calling import resolve
from echub.registry.registry import ANALYSES, PluginWarning, Registry, is_installed, registry
from tests.echub import strangers
from tests.messages.parts import said
from tests.test_startup import modules

GOOD = strangers.reader("good")


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Install strangers beside a good plugin; give what builds the registry."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    strangers.install(tmp_path, "good", GOOD)

    def build(*codes, selection="", group="echub", warns=False, **named):
        for distribution, code in (*((f"stranger{i}", c) for i, c in enumerate(codes)), *named.items()):
            strangers.install(tmp_path, distribution, code, group=group)
        return Registry(strangers.entry_points(tmp_path), selection, warns=warns)

    yield build
    for name in set(sys.modules) - before:
        if name.startswith(("good", "stranger", "alpha", "beta")):
            del sys.modules[name]


def states(found):
    return {plugin.name: plugin.state for plugin in found.plugins}


def problem(found, name):
    (plugin,) = [plugin for plugin in found.plugins if plugin.name == name]
    (text,) = plugin.problems
    return text


# -- loading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ImportError('no such thing')", "ImportError: no such thing"),
        (
            "import a_package_that_is_not_there",
            "ModuleNotFoundError: No module named 'a_package_that_is_not_there'",
        ),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import sys; sys.exit()", "SystemExit"),
        ("this: is: not: Python", "SyntaxError: invalid syntax (stranger0.py, line 1)"),
        ("raise RecursionError('a\\nb')", "RecursionError: a"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_fails_is_a_row_with_its_reason(stranger, code, reason):
    found = stranger(code)
    assert states(found) == {"good": "ok", "stranger0": "failed"}
    assert problem(found, "stranger0") == reason
    assert set(found.readers) == {"good"}


def test_members_of_a_module_that_cannot_be_asked_stop_nobody(stranger):
    proxy = """
class Proxy:
    def __getattr__(self, name):
        raise RuntimeError("there is no request now")
request = Proxy()
"""
    found = stranger(proxy + strangers.reader("stranger0"))
    assert states(found) == {"good": "ok", "stranger0": "ok"}
    assert set(found.readers) == {"good", "stranger0"}


def test_plugins_without_a_misspelt_hook_need_no_search_for_similar_words():
    assert "difflib" not in modules("from echub.registry.registry import registry; registry()")


def test_an_interruption_by_the_user_is_not_swallowed(stranger):
    with pytest.raises(KeyboardInterrupt):
        stranger("raise KeyboardInterrupt")


HOOK = """
from echub.plugin import hookimpl, KnownFormat, Reader, Vocabulary, Writer
@hookimpl
def {hook}({args}):
    {body}
"""


@pytest.mark.parametrize(
    ("hook", "body", "reason"),
    [
        ("echub_readers", "raise ValueError('broken')", "echub_readers: ValueError: broken"),
        ("echub_readers", "raise SystemExit", "echub_readers: SystemExit"),
        ("echub_readers", "return None", "echub_readers: TypeError: 'NoneType' object is not iterable"),
        (
            "echub_readers",
            "return [{'name': 'x'}]",
            "echub_readers: declares a dict, expected Reader or KnownFormat",
        ),
        (
            "echub_readers",
            "return [Writer('w', 'W', 'm:w')]",
            "echub_readers: declares a Writer, expected Reader or KnownFormat",
        ),
        ("echub_writers", "return [3]", "echub_writers: declares an int, expected Writer"),
        ("echub_vocabulary", "return [Vocabulary('a', {'b_x': {}})]", "echub_vocabulary: the quantity 'b_x'"),
        ("echub_readers", "return [Reader('r')]", "echub_readers: TypeError: Reader.__init__() missing"),
    ],
)
def test_a_hook_that_fails_is_a_row_with_its_reason(stranger, hook, body, reason):
    found = stranger(HOOK.format(hook=hook, args="", body=body))
    assert states(found)["stranger0"] == "failed"
    if "b_x" in reason:
        assert problem(found, "stranger0").startswith("echub_vocabulary: the vocabulary 'a' may not define b_x")
    else:
        assert problem(found, "stranger0").startswith(reason)
    assert set(found.readers) == {"good"}
    assert states(found)["good"] == "ok"


def test_a_plugin_whose_first_hook_failed_is_asked_no_further(stranger):
    first = HOOK.format(hook="echub_vocabulary", args="", body="raise ValueError('broken')")
    second = HOOK.format(hook="echub_writers", args="", body="return [Writer('w', 'W', 'm:w')]")
    third = HOOK.format(hook="echub_record_read", args="record, source", body="record.settings['x'] = 1")
    found = stranger(first + second + third)
    assert states(found) == {"good": "ok", "stranger0": "failed"}
    assert not found.writers
    record = Record([])
    assert found.enrich(record, None) == []
    assert record.settings == {}


def test_a_hook_with_wrong_arguments_fails_alone(stranger):
    # The hook that comes first in the alphabet is right and already known to pluggy by then.
    code = GOOD.replace("good", "other") + "@hookimpl\ndef echub_record_read(record, wrong):\n    pass\n"
    found = stranger(code)
    assert states(found) == {"good": "ok", "stranger0": "failed"}
    assert "echub_record_read" in problem(found, "stranger0")
    assert set(found.readers) == {"good"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            HOOK.format(hook="echub_reader", args="", body="return []"),
            "echub_reader is not a hook of echub and is never called; did you mean echub_readers?",
        ),
        ("def echub_readers():\n    return []", "echub_readers is not marked with @hookimpl and is never called"),
        ("def echub_version():\n    pass", "echub_version is not a hook of echub and is never called"),
        ("def echub_x():\n    pass", "echub_x is not a hook of echub and is never called"),
        ("def echub_frobnicate():\n    pass", "echub_frobnicate is not a hook of echub and is never called"),
    ],
)
def test_a_misspelt_hook_is_reported_and_harms_nobody(stranger, code, reason):
    found = stranger(code)
    assert problem(found, "stranger0").startswith(reason)
    assert states(found) == {"good": "ok", "stranger0": "ok"}


@pytest.mark.parametrize("code", ["echub_frobnicate = 1", "echub_readers = None", "def frobnicate():\n    pass"])
def test_what_is_no_function_or_has_another_name_is_no_misspelt_hook(stranger, code):
    found = stranger(f"from echub.plugin import hookimpl\n{code}")
    assert [plugin.problems for plugin in found.plugins if plugin.name == "stranger0"] == [[]]
    assert states(found) == {"good": "ok", "stranger0": "ok"}


# -- duplicates ----------------------------------------------------------------------------------


def test_two_plugins_of_one_name_name_both_distributions(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    strangers.install(tmp_path, "beta-dist", strangers.reader("beta_mod"), entry="same", module="beta_mod")
    strangers.install(tmp_path, "alpha-dist", strangers.reader("alpha_mod"), entry="same", module="alpha_mod")
    found = Registry(strangers.entry_points(tmp_path))
    assert [(p.distribution, p.state) for p in found.plugins] == [("alpha-dist", "ok"), ("beta-dist", "shadowed")]
    (text,) = found.plugins[1].problems
    assert text == "beta-dist and alpha-dist both register the plugin 'same'; that of alpha-dist is used"
    assert set(found.readers) == {"alpha_mod"}


def test_of_two_plugins_of_one_name_the_second_is_used_if_the_first_fails(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    strangers.install(tmp_path, "alpha-dist", "raise ValueError('torn')", entry="same", module="stranger_a")
    strangers.install(tmp_path, "beta-dist", strangers.reader("stranger_b"), entry="same", module="stranger_b")
    strangers.install(tmp_path, "gamma-dist", strangers.reader("stranger_c"), entry="same", module="stranger_c")
    found = Registry(strangers.entry_points(tmp_path))
    assert [(p.distribution, p.state, p.problems) for p in found.plugins] == [
        ("alpha-dist", "failed", ["ValueError: torn"]), ("beta-dist", "ok", []),
        ("gamma-dist", "shadowed",
         ["gamma-dist and beta-dist both register the plugin 'same'; that of beta-dist is used"]),
    ]  # fmt: skip
    assert set(found.readers) == {"stranger_b"}


def test_each_problem_of_a_plugin_is_told_and_each_that_looks_at_records_is_known(stranger):
    looks = HOOK.format(hook="echub_record_read", args="record", body="pass")
    odd = "\ndef echub_xyzzy():\n    pass\ndef echub_reader():\n    pass\n"
    found = stranger(alpha=looks + odd, beta=looks, gamma="")
    never = "is not a hook of echub and is never called"
    assert [(plugin.name, text) for plugin, text in found.problems()] == [
        ("alpha", f"echub_xyzzy {never}"),
        ("alpha", f"echub_reader {never}; did you mean echub_readers?"),
    ]  # fmt: skip
    asked = {plugin.name: found.enriches(plugin) for plugin in found.plugins}
    assert asked == {"alpha": True, "beta": True, "gamma": False, "good": False}


@pytest.mark.parametrize("group", ["echub", ANALYSES])
def test_a_module_that_is_registered_twice_counts_once(stranger, tmp_path, group):
    strangers.install(tmp_path, "alpha", analysis("alpha"), entry="first = alpha\nsecond", group=group)
    found = stranger()
    assert list(found.analyses) == ["late"]
    assert states(found) == {"first": "ok", "good": "ok", "second": "failed"}
    assert problem(found, "second") == "its module is that of the plugin first: register it once"


def test_two_readers_of_one_name_name_both_distributions(stranger):
    found = stranger(alpha=strangers.reader("alpha", name="twin"), beta=strangers.reader("beta", name="twin"))
    assert problem(found, "beta") == "the reader 'twin' of beta is also registered by alpha, which is used"
    assert found.owner(found.readers["twin"]).distribution == "alpha"
    assert found.readers["twin"].read == "alpha:read"


def test_a_plugin_that_declares_one_reader_twice_is_told(stranger):
    body = "r = Reader('r', 'R', ('.r',), 'm:s', 'm:r')\n    return [r, r]"
    found = stranger(HOOK.format(hook="echub_readers", args="", body=body))
    assert "'r' of stranger0 is also registered by stranger0" in problem(found, "stranger0")


def test_the_hubs_own_plugins_win_over_strangers(stranger, tmp_path):
    strangers.install(tmp_path, "echub", strangers.reader("zz_core", name="twin"), entry="zz", module="zz_core")
    found = stranger(alpha=strangers.reader("alpha", name="twin"))
    assert found.owner(found.readers["twin"]).distribution == "echub"


# -- choosing plugins ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("-alpha", {"good": "ok", "alpha": "blocked", "beta": "ok"}),
        ("-alpha,-beta", {"good": "ok", "alpha": "blocked", "beta": "blocked"}),
        ("-alpha -beta", {"good": "ok", "alpha": "blocked", "beta": "blocked"}),
        ("alpha", {"good": "blocked", "alpha": "ok", "beta": "blocked"}),
        ("alpha beta -beta", {"good": "blocked", "alpha": "ok", "beta": "blocked"}),
        ("", {"good": "ok", "alpha": "ok", "beta": "ok"}),
    ],
)
def test_selection_blocks_or_allows_by_name(stranger, selection, expected):
    found = stranger(selection=selection, alpha=strangers.reader("alpha"), beta=strangers.reader("beta"))
    assert states(found) == expected
    assert set(found.readers) == {name for name, state in expected.items() if state == "ok"}
    assert not list(found.problems())


def test_a_blocked_plugin_is_not_even_imported(stranger):
    found = stranger("raise SystemExit", selection="-stranger0")
    assert problem(found, "stranger0") == "blocked by ECHUB_PLUGINS"


def test_the_environment_selects(monkeypatch):
    registry.cache_clear()
    monkeypatch.setenv("ECHUB_PLUGINS", "-export")
    try:
        assert "csv" not in registry().writers
        assert registry().readers
    finally:
        registry.cache_clear()


# -- asking --------------------------------------------------------------------------------------


def test_enriching_survives_a_raising_hook(stranger):
    args = "record, source"
    found = stranger(
        alpha=HOOK.format(hook="echub_record_read", args=args, body="raise ValueError('broken')"),
        beta=HOOK.format(hook="echub_record_read", args="record", body="record.settings['seen'] = True"),
    )
    record = Record([])
    assert [(p.name, text) for p, text in found.enrich(record, None)] == [
        ("alpha", "echub_record_read: ValueError: broken")
    ]
    assert record.settings == {"seen": True}


def test_enriching_that_goes_on_for_too_long_is_stopped(stranger, monkeypatch):
    monkeypatch.setattr("echub.registry.registry.ENRICHING_SECONDS", 0.1)
    found = stranger(alpha=HOOK.format(hook="echub_record_read", args="record", body="while True: pass"))
    assert [(p.name, text) for p, text in found.enrich(Record([]), None)] == [
        ("alpha", "echub_record_read: TooLong: it took longer than 0.1 s, and was stopped")
    ]


def test_an_unknown_reader_is_refused_with_near_names(stranger):
    found = stranger()
    with pytest.raises(UnknownReader, match="no reader is called 'goot'") as refused:
        found.reader("goot")
    assert refused.value.hint == "did you mean good?"
    with pytest.raises(UnknownReader, match="no writer is called 'csv'") as refused:
        found.writer("csv")
    assert refused.value.expected == "no plugin offers one"


def test_a_reader_without_its_package_says_what_to_install(stranger):
    body = "return [Reader('r', 'R files', ('.r',), 'm:s', 'm:r', requires='not_there.at_all', extra='special')]"
    found = stranger(HOOK.format(hook="echub_readers", args="", body=body))
    with pytest.raises(ReaderNotInstalled, match="R files needs the package not_there") as refused:
        found.reader("r")
    assert refused.value.hint == "pip install 'echub[special]'"


def test_installed_means_importable():
    def reader(requires):
        return Reader("r", "R", (), "m:s", "m:r", requires=requires)

    assert is_installed(reader(""))
    assert is_installed(reader("json"))
    assert not is_installed(reader("not_there"))
    assert not is_installed(reader("not_there.inner"))
    assert not is_installed(reader("json.not_there"))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("not_there:f", "cannot be loaded: ModuleNotFoundError"),
        ("json:not_there", "cannot be loaded: AttributeError"),
        ("json", "cannot be loaded"),
        ("", "cannot be loaded"),
        ("json:__name__", "is not callable"),
    ],
)
def test_a_target_that_is_no_function_is_the_plugins_fault(target, reason):
    with pytest.raises(PluginError, match=reason):
        resolve(target)


def test_a_target_that_exits_on_import_is_the_plugins_fault(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "leaver.py").write_text("import sys; sys.exit(7)")
    with pytest.raises(PluginError, match="SystemExit: 7"):
        resolve("leaver:f")


def test_what_a_plugin_offers_is_listed(stranger):
    body = "return [Reader('r', 'R', ('.r',), 'm:s', 'm:r'), KnownFormat('old', 'Old', ('.o',), 'export it')]"
    found = stranger(HOOK.format(hook="echub_readers", args="", body=body))
    assert found.plugins[-1].offers == ["reader r", "format old"]
    assert isinstance(found.known_formats["old"], KnownFormat)
    assert Confidence.NO < Confidence.CERTAIN


EVERYTHING = """
from echub.plugin import Analysis, KnownFormat, Reader, Template, Writer, hookimpl
@hookimpl
def echub_analyses():
    return [Analysis("a", "An analysis", "m:r", requires="not_there")]
@hookimpl
def echub_writers():
    return [Writer("w", "A writer", "m:w", requires="not_there", extra="special")]
@hookimpl
def echub_readers():
    own = Reader("r", "R", (".own", ".h"), "m:s", "m:r", content="m:c")
    return [Template("t", "T", "m:t"), KnownFormat("k", "K", (".k",), "export it"), own]
@hookimpl
def echub_record_read(source, record):
    record.settings["seen"] = source
"""


def test_everything_that_a_plugin_declares_is_found_by_its_name_and_by_the_plugin(stranger):
    found = stranger(EVERYTHING)
    good, plugin = found.plugins
    assert plugin.shown == "stranger0 of stranger0 1.0"
    assert plugin.offers == ["template t", "format k", "reader r", "writer w", "analysis a"]
    kinds = [(type(one).__name__, one.name) for one in found.declared_by(plugin)]
    assert kinds == [
        ("Reader", "r"), ("KnownFormat", "k"), ("Template", "t"), ("Writer", "w"), ("Analysis", "a")
    ]  # fmt: skip
    assert [one.name for one in found.declared_by(good)] == ["good"]
    assert [one.name for one in found.templates_of("stranger0")] == ["t"]
    assert found.templates_of("good") == []
    assert found.own_suffixes == (".own", ".h")
    assert (found.enriching(), found.enriches(plugin), found.enriches(good)) == (True, True, False)
    assert {found.owner(one).name for one in found.declared_by(plugin)} == {"stranger0"}
    assert found.owner_if_known(Reader("w", "", (), "", "")) is None  # a writer of that name is another thing
    assert found.owner_if_known(found.writers["w"]) is plugin


def test_who_looks_at_records_gets_what_it_asks_for_by_name_and_who_watches_is_told_after_each(stranger):
    fails = HOOK.format(hook="echub_record_read", args="", body="raise ValueError('broken')")
    found = stranger(EVERYTHING, zulu=fails)
    record, after = Record([]), []
    failed = found.enrich(record, "the source", lambda plugin: after.append((plugin.name, dict(record.settings))))
    assert record.settings == {"seen": "the source"}
    assert sorted(name for name, _ in after) == ["stranger0", "zulu"]
    assert dict(after)["stranger0"] == {"seen": "the source"}
    assert [(plugin.name, text) for plugin, text in failed] == [
        ("zulu", "echub_record_read: ValueError: broken")
    ]  # fmt: skip
    assert not Registry([]).enriching()


def test_what_is_not_installed_or_not_known_says_what_helps(stranger):
    found = stranger(EVERYTHING)
    assert said(lambda: found.analysis("a")) == {
        "message": "An analysis needs the package not_there, which is not installed",
        "hint": "pip install not_there",
    }  # fmt: skip
    assert said(lambda: found.writer("w")) == {
        "message": "A writer needs the package not_there, which is not installed",
        "hint": "pip install 'echub[special]'",
    }  # fmt: skip
    nothing = {"hint": "`echub plugins list` shows what is installed"}
    assert said(lambda: found.reader("xyz")) == {
        "message": "no reader is called 'xyz'", "expected": "good, r", "found": "xyz", **nothing
    }  # fmt: skip
    assert said(lambda: found.analysis("xyz")) == {
        "message": "no analysis is called 'xyz'", "expected": "a", "found": "xyz", **nothing
    }  # fmt: skip
    assert said(lambda: Registry([]).analysis("a")) == {
        "message": "no analysis is called 'a'", "expected": "no plugin offers one", "found": "a", **nothing
    }  # fmt: skip
    found.readers |= dict.fromkeys(("goodly", "goods", "wood", "bar"), found.readers["good"])
    assert said(lambda: found.reader("goodd"))["hint"] == "did you mean good or goods or goodly?"


def test_problems_of_a_blocked_plugin_are_not_told(stranger, recwarn):
    found = stranger("raise ImportError('no')", selection="-stranger0", warns=True)
    assert states(found) == {"good": "ok", "stranger0": "blocked"}
    assert [w.message for w in recwarn if isinstance(w.message, PluginWarning)] == []


@pytest.mark.usefixtures("fresh_vocabulary")
def test_a_vocabulary_is_installed_once(stranger):
    entry = "{'unit': '%', 'dimension': '1', 'definition': 'humidity'}"
    found = stranger(
        HOOK.format(hook="echub_vocabulary", args="", body=f"return [Vocabulary('a', {{'a_h': {entry}}})]")
    )
    assert found.plugins[-1].offers == ["vocabulary a"]
    assert vocabulary.quantities()["a_h"].unit == "%"


def test_the_built_in_plugins_all_load():
    registry.cache_clear()
    own = [plugin for plugin in registry().plugins if plugin.distribution == "echub"]
    assert own
    assert all(plugin.state == "ok" and not plugin.problems for plugin in own)
    assert isinstance(registry().writer("csv"), Writer)


# -- declarations that are not what they say -----------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("Reader(None, None, None, None, None)", "a Reader has name = None, expected a text"),
        ("Reader('r', 'R', '.r', 'm:s', 'm:r')", "a Reader has suffixes = '.r', expected texts"),
        ("Reader('r', 'R', ('.r',), 'm:s', '')", "the Reader r has no read, expected 'module:function'"),
        ("Reader('', 'R', ('.r',), 'm:s', 'm:r')", "a Reader has no name"),
        ("None", "declares a NoneType, expected Reader or KnownFormat or Template"),
    ],
)
def test_a_declaration_of_wrong_parts_is_a_row_and_stops_nobody(stranger, declared, reason):
    found = stranger(
        f"from echub.plugin import Reader, hookimpl\n@hookimpl\ndef echub_readers():\n    return [{declared}]"
    )
    assert states(found) == {"good": "ok", "stranger0": "failed"}
    assert problem(found, "stranger0") == f"echub_readers: {reason}"
    assert list(found.readers) == ["good"]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("needs=('time',)", "an Analysis has needs = ('time',), expected a tuple of Need and NeedMeta"),
        ("needs=Need('t', 'time')", "an Analysis has needs = Need("),
        ("needs=(Need('U', ('voltage', 'potential_we')),)", "a Need has quantity = ('voltage', "),
        ("outputs=(Output(''),)", "an Output has no name"),
        ("consumes='file'", "an Analysis has consumes = 'file', expected one of dataset, datasets, outcomes"),
        ("sampling=10", "an Analysis has sampling = 10, expected a Sampling"),
    ],
)  # fmt: skip
def test_an_analysis_of_wrong_parts_is_a_row_and_stops_nobody(stranger, declared, reason):
    found = stranger(
        "from echub.plugin import Analysis, Need, Output, hookimpl\n@hookimpl\ndef echub_analyses():\n"
        f"    return [Analysis('a', 'A', 'm:r', {declared})]"
    )
    assert states(found) == {"good": "ok", "stranger0": "failed"}
    assert problem(found, "stranger0").startswith(f"echub_analyses: {reason}")
    assert not found.analyses


def test_a_misspelt_hook_is_not_one_that_is_needed_early(stranger):
    code = "from echub.plugin import hookimpl\n@hookimpl\ndef echub_analysis():\n    return []"
    found = stranger(code, group=ANALYSES)
    assert problem(found, "stranger0").startswith("echub_analysis is not a hook of echub")


def test_a_hook_that_returns_nothing_is_a_row(stranger):
    found = stranger("from echub.plugin import hookimpl\n@hookimpl\ndef echub_readers():\n    return None")
    assert problem(found, "stranger0") == "echub_readers: TypeError: 'NoneType' object is not iterable"


def test_what_a_plugin_prints_at_import_or_in_a_hook_goes_to_standard_error(stranger, capsys):
    hook = "@hookimpl\ndef echub_readers():\n    print('again')\n    return []"
    stranger(f"print('hello')\nfrom echub.plugin import hookimpl\n{hook}")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "hello\nagain\n")


# -- plugins that are loaded when an analysis is asked for ------------------------------------------

ANALYSIS = """
from echub.plugin import Analysis, hookimpl

@hookimpl
def echub_analyses():
    return [Analysis("{name}", "{title}", "json:loads")]
"""


def analysis(title, name="late"):
    return ANALYSIS.format(name=name, title=title)


def test_a_plugin_of_analyses_waits_until_one_is_asked_for(stranger):
    found = stranger(analysis("waits"), group=ANALYSES)
    assert "good" in found.readers
    assert "stranger0" not in sys.modules
    assert found.analyses["late"].title == "waits"
    assert "stranger0" in sys.modules
    assert states(found) == {"good": "ok", "stranger0": "ok"}


def test_who_looks_at_all_plugins_sees_those_that_wait(stranger):
    found = stranger("raise ImportError('no')", group=ANALYSES)
    assert [text for _, text in found.problems()] == ["ImportError: no"]
    assert states(found) == {"good": "ok", "stranger0": "failed"}


def test_a_plugin_of_analyses_offers_nothing_else(stranger):
    found = stranger(strangers.reader("stranger0"), group=ANALYSES)
    assert "it has echub_readers: register it in the group echub, not in echub.analyses" in problem(
        found, "stranger0"
    )
    assert "stranger0" not in found.readers


def test_a_problem_is_told_once_when_it_is_known(stranger):
    with pytest.warns(PluginWarning, match="early: ImportError: no") as said:
        found = stranger(early="raise ImportError('no')", warns=True)
    assert len(said) == 1
    strangers.install(Path(sys.path[0]), "late", "raise ImportError('not either')", group=ANALYSES)
    with pytest.warns(PluginWarning, match="early") as said:
        found = Registry(strangers.entry_points(sys.path[0]), warns=True)
    assert len(said) == 1
    with pytest.warns(PluginWarning, match="late: ImportError: not either") as said:
        _ = found.analyses, found.plugins, found.analyses
    assert len(said) == 1


@pytest.mark.parametrize("groups", [("echub", ANALYSES), (ANALYSES, "echub"), (ANALYSES, ANALYSES)])
def test_the_group_decides_nothing_among_two_of_one_name(tmp_path, monkeypatch, groups):
    monkeypatch.syspath_prepend(tmp_path)
    for distribution, group in zip(("alpha", "beta"), groups, strict=True):
        strangers.install(tmp_path, distribution, analysis(distribution), group=group)
    assert Registry(strangers.entry_points(tmp_path)).analyses["late"].title == "alpha"
    for distribution, group in zip(("alpha", "beta"), groups, strict=True):
        strangers.install(tmp_path, distribution, analysis(distribution), entry="same", group=group)
    found = Registry(strangers.entry_points(tmp_path))
    assert found.analyses["late"].title == "alpha"
    assert [(p.distribution, p.state) for p in found.plugins] == [("alpha", "ok"), ("beta", "shadowed")]
