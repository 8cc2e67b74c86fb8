"""The made pages name everything that there is, and what pages say of files and codes is so."""

import json
import re
import tomllib
from pathlib import Path

import h5py
import pytest
import yaml

import echub
import echub.plugin
import echub.registry.hookspecs
import echub_schemas
from docs._pages import commands, interface, navigation, pages
from docs._pages.sources import scan
from echub.errors import EchubError
from echub.registry.calling import options_of
from echub.registry.registry import registry
from scripts import notebook

ROOT = Path(__file__).parents[2]
HAND = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [*(ROOT / "echub").rglob("*.py"), *(ROOT / "plugins").glob("echub_*/**/*.py")]
MADE = re.compile(r"\b(Refusal|Flag|Notice)\(\s*\"([\w-]+)\"")
NAV = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]


@pytest.fixture(scope="module")
def site():
    """Every made page."""
    return pages()


def rows(page):
    """Return what stands as code in the first cell of each row."""
    return set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))


def every(kind):
    """Return all subclasses."""
    return {kind}.union(*(every(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize(
    ("page", "file"),
    [("quantities", "quantities.toml"), ("units", "units.toml"), ("rules", "codes.toml")],
)
def test_every_entry_of_the_schema_is_listed(site, page, file):
    entries = tomllib.loads(echub_schemas.path(file).read_text(encoding="utf-8"))
    wanted = {e.get("id", name) for name, e in entries.items() if page != "rules" or "id" in e}
    assert rows(site[f"reference/{page}.md"]) >= wanted


def test_every_kind_is_listed(site):
    for kind in tomllib.loads(echub_schemas.path("kinds.toml").read_text(encoding="utf-8")):
        assert f"\n## {kind}\n" in site["reference/kinds.md"]


def test_every_command_and_every_option_of_its_help_is_listed(site):
    parts = dict(part.split("\n", 1) for part in site["reference/commands.md"].split("\n## ")[1:])
    found = list(commands.commands())
    assert {name for name, *_ in found} == set(parts)
    assert {"echub convert", "echub meta init", "echub schema show"} <= set(parts)
    for name, command, context in found:
        listed = "\n".join(line for line in parts[name].splitlines() if line.startswith("| `"))
        shown = re.findall(r"^ +(?:-\w, )?(--[\w-]+)", command.get_help(context), re.MULTILINE)
        assert shown, name
        assert [option for option in shown if option not in listed] == []


def test_every_option_of_readers_writers_and_analyses_is_listed(site):
    known = registry()
    page = site["reference/options.md"]
    groups = {"Reader": known.readers, "Writer": known.writers, "Analysis": known.analyses}
    for kind, plugin in ((kind, plugin) for kind, group in groups.items() for plugin in group.values()):
        section = page.split(f"## {kind} {plugin.name}\n", 1)[1].split("\n## ", 1)[0]
        options = getattr(plugin, "params", None) or options_of(plugin)
        assert rows(section) >= set(options.__dataclass_fields__)


def test_every_error_is_listed(site):
    for analysis in registry().analyses.values():  # errors of plugins exist once these are imported
        __import__(analysis.run.partition(":")[0])
    for reader in registry().readers.values():
        __import__(reader.read.partition(":")[0])
    ours = {e for e in every(EchubError) if e.__module__.startswith("echub") and e.__name__ != "Refusal"}
    named = {e for e in ours if "code" in vars(e)}
    assert {e.code for e in named} <= rows(site["reference/errors.md"])


def test_every_code_that_the_sources_make_is_listed(site):
    found = [made for source in SOURCES for made in MADE.findall(source.read_text(encoding="utf-8"))]
    assert len(found) > 80
    listed = rows(site["reference/refusals.md"]), rows(site["reference/notices.md"])
    for maker, code in found:
        assert code in listed[maker == "Notice"], (maker, code)
    assert {"missing-area", "missing-metadata", "mixed-…"} <= listed[False]  # by a variable, by a pattern


def test_every_hook_and_public_name_is_listed(site):
    names = [
        *(name for module in interface.PUBLIC for name in module.__all__),
        *(n for n in dir(echub.registry.hookspecs) if n.startswith("echub_")),
    ]
    headings = set(re.findall(r"^### (\w+)$", site["reference/python.md"], re.MULTILINE))
    assert headings == set(names) - {"hookimpl"}


def test_the_page_of_an_analysis_explains_each_of_its_codes_or_says_where_they_are():
    pages_of = {}
    for analysis in registry().analyses.values():
        file = ROOT / "docs" / "analyses" / f"{analysis.name}.md"
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        package = analysis.run.partition(".")[0]
        pages_of[package] = pages_of.get(package, "") + text
    assert pages_of["echub_ramp_onset"]
    for package, text in pages_of.items():
        made = {c.code for c in scan() if c.package == package and c.maker in ("Flag", "Refusal")}
        explained = set(re.findall(r"`([\w…-]+)`", text))
        if text and "reference/refusals.md" not in text:
            assert sorted(made - explained) == [], package


def test_decisions_contributing_and_news_are_pages(site):
    for decision in (ROOT / "decisions").glob("*.md"):
        assert site[f"decisions/{decision.name}"] == decision.read_text(encoding="utf-8")
    assert "A new reader in the hub" in site["contributing.md"]
    assert "Next release" in site["changelog.md"]


# -- paths that other programs are told to read -----------------------------------------------

CALL = re.compile(
    r"(h5read|h5readatt|h5disp|ncread|h5readAttributes|ncvar_get|ncatt_get)\(\w+, *([^()]*)\)(\$units)?"
)
OTHER = re.compile(r"```(?:matlab|r)\n(.*?)```", re.DOTALL)


def test_paths_of_matlab_and_r_exist_in_the_file(tmp_path):
    text = (ROOT / "docs" / "native-file.md").read_text(encoding="utf-8")
    calls = [call for block in OTHER.findall(text) for call in CALL.findall(block)]
    assert len(calls) > 10
    (target,) = echub.convert(ROOT / "fixtures" / "eclab" / "gcpl.mpr", tmp_path).outputs
    with h5py.File(target) as file:
        for _, arguments, units in calls:
            path, *attribute = re.findall(r"['\"]([^'\"]+)['\"]", arguments)
            assert path in file
            assert all(name in file[path].attrs for name in attribute + ["units"] * bool(units))


# -- navigation ------------------------------------------------------------------------------


def test_a_folder_stands_for_its_pages_and_a_missing_page_is_left_out():
    nav = [{"Home": "index.md"}, {"More": [{"Gone": "gone.md"}]}, {"Readers": "readers/"}]
    known = ["index.md", "readers/a.md", "readers/index.md"]
    assert navigation.expand(nav, known) == [
        {"Home": "index.md"},
        {"More": []},
        {"Readers": ["readers/index.md", "readers/a.md"]},
    ]


def test_every_page_is_in_the_navigation(site):
    known = [*site, *(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))]
    shown = str(navigation.expand(NAV, known))
    assert [page for page in known if repr(page) not in shown] == []


def test_no_page_asks_another_host_for_anything_but_a_link(site):
    for path in (ROOT / "docs").rglob("*.md"):
        site[path.name] = path.read_text(encoding="utf-8")
    hosts = {host for text in site.values() for host in re.findall(r"\]\(https?://([^/)]+)", text)}
    assert hosts <= {"doi.org"}


def test_every_published_number_is_listed_with_its_status(site):
    known = tomllib.loads((ROOT / "fixtures" / "published.toml").read_text(encoding="utf-8"))
    page = site["reference/published.md"]
    listed = [line.split(" | ")[4] for line in page.splitlines() if line.startswith("| ")]
    expected = [entry["status"].replace("-", " ") for entry in known["number"].values()]
    assert sorted(status for status in listed if status in expected) == sorted(expected)
    assert all(paper["doi"] in page for paper in known["paper"].values())


# -- a clone without the site ------------------------------------------------------------------

LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[\w-]*)?\)")


def test_every_link_of_a_clone_leads_to_a_file():
    found = [(path, link) for path in HAND for link in LINK.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 100
    assert [f"{p.relative_to(ROOT)}: {link}" for p, link in found if not (p.parent / link).exists()] == []


def test_what_stands_in_for_a_made_page_names_the_page_and_is_replaced_by_it(site):
    stubs = {f"reference/{path.name}" for path in (ROOT / "docs" / "reference").glob("*.md")}
    assert stubs == {page for page in site if page.startswith("reference/")}
    for page in stubs:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert f"python -m docs._pages {page}" in text
        assert len(text.splitlines()) < 8


# -- the gallery -------------------------------------------------------------------------------

SHOWN = re.compile(
    r"!\[[^\]]+\]\(images/(gallery/[\w-]+\.svg)\)\n\n```console\n"
    r"\$ echub [^`]*?(?:-o|--plot) (gallery/[\w-]+\.svg)\n"
)


def test_every_picture_of_the_gallery_has_its_command_below():
    text = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    pairs = SHOWN.findall(text)
    assert len(pairs) == text.count("![") >= 8
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
    assert {f"gallery/{p.name}" for p in (ROOT / "docs/images/gallery").iterdir()} == {made for _, made in pairs}


# -- the notebook ------------------------------------------------------------------------------


def test_the_notebook_is_that_of_its_page():
    made = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
    assert cells == notebook.blocks((ROOT / "docs" / "notebook.md").read_text(encoding="utf-8"))
    assert not [o for c in made["cells"] for o in c.get("outputs", ()) if o["output_type"] == "error"]
    assert sum(bool(cell.get("outputs")) for cell in made["cells"]) >= 3


def test_the_notebook_is_valid():
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat")
    nbformat.validate(nbformat.read(ROOT / "docs" / "notebook.ipynb", 4))
