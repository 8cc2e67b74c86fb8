"""Who may import whom, read from the source; nobody's import circles, no vendor in the hub."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HUB = sorted((ROOT / "echub").rglob("*.py"))
TEMPLATE = sorted((ROOT / "plugins" / "template").glob("echub_*/**/*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("echub_*/**/*.py")) + TEMPLATE
SCHEMAS = sorted(p for p in (ROOT / "schemas").rglob("*") if p.suffix in (".py", ".toml", ".json"))

LAYERS = (
    "errors declare notice",
    "units text species jsontext rules outcome counting",
    "vocabulary source metadata content problem group_limits comparable",
    "column dataset selection frames build channels record segments description clock",
    "installed hookspecs registry options detect annotate filters steady store output group needs points",
    "ledger workers",
    "scaffold schema schema_export rules_structure rules_values rules_physics baseline",
    "reading joining comparison conversion verification figures analysis validation reporters",
    "skipping task batch study study_report",
    "plugin testing cli",
)
"""A module imports only from lines above its own, and from its own line without a circle."""

ANYWHERE = {"echub"}
"""The package itself is lazy: importing it imports nothing."""

HEAVY = {
    "h5py": {"store"},
    "isal": {"filters"},
    "pint": {"units"},
    "pandera": {"schema"},
    "matplotlib": {"figures"},
    "molmass": {"species"},
    "pandas": {"frames"},
    "xarray": {"frames"},
    "pyarrow": set(),
    "galvani": set(),
    "pluggy": {"hookspecs", "registry"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""The only places of the hub that may import a package, even inside a function."""

FOR_PLUGINS = {"echub", "echub.plugin", "echub.text", "echub.species", "echub.segments", "echub.testing"}
FOR_PLUGINS |= {"echub.testing.synth"}

VENDORS = re.compile(
    r"(?<![a-z])(ec[- ]?lab|bt[- ]?lab|bio-?logic|massoft|hiden|cameca|iontof|galvani|yadg|gamry|autolab"
    r"|neware|arbin|maccor|landt|solartron|zahner)(?![a-z])",
    re.IGNORECASE,
)
EXAMPLE_FILE = re.compile(r"fixtures/\w+/\w+\.\w+")
"""A docstring may open a fixture by its path."""


def imports(path, *, typing_only=False):
    """Give (module, line) of every import that runs, and with `typing_only` those that do not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for guard in guarded for statement in guard.body for inner in ast.walk(statement)}
    for node in ast.walk(tree):
        if (id(node) in skipped) is not typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield from ((target, node.lineno) for target in _targets(node))


def _targets(node):
    """Name the modules of `from package import name`: `name` may itself be a module."""
    for alias in node.names:
        inner = ROOT / f"{node.module}.{alias.name}".replace(".", "/")
        is_module = inner.with_suffix(".py").exists() or (inner / "__init__.py").exists()
        yield f"{node.module}.{alias.name}" if is_module else node.module


def unit_of(path):
    """Name a hub file as the layers do: `cli` and `testing` are one unit each."""
    return path.relative_to(ROOT / "echub").with_suffix("").parts[0]


def level(name):
    found = [number for number, line in enumerate(LAYERS) if name in line.split()]
    assert found, f"echub/{name} has no layer: say in LAYERS where it belongs"
    return found[0]


INNER = [path for path in HUB if unit_of(path) != "__init__"]


@pytest.mark.parametrize("path", INNER, ids=lambda p: str(p.relative_to(ROOT)))
def test_hub_imports_only_from_above(path):
    own = unit_of(path)
    for target, line in imports(path):
        if target.partition(".")[0] != "echub" or target in ANYWHERE:
            continue
        other = target.split(".")[1]
        assert other != "plugin" or own in ("cli", "testing"), f"{path}:{line}: the facade is for plugins"
        assert level(other) < level(own) or LAYERS[level(own)] == LAYERS[level(other)], f"{path}:{line}: {target}"


def test_no_import_circles():
    graph = {}
    for path in INNER:
        targets = {t.split(".")[1] for t, _ in imports(path) if t.startswith("echub.")}
        graph.setdefault(unit_of(path), set()).update(targets - {unit_of(path)})
    order = list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError with the circle
    assert order.index("errors") < order.index("store") < order.index("cli")


@pytest.mark.parametrize("path", PLUGINS, ids=lambda p: str(p.relative_to(ROOT)))
def test_plugins_use_the_public_interface_only(path):
    own = next(part for part in path.relative_to(ROOT / "plugins").parts if part.startswith("echub_"))
    for typing_only in (False, True):
        for target, line in imports(path, typing_only=typing_only):
            package = target.partition(".")[0]
            if package == "echub":
                assert target in FOR_PLUGINS, f"{path}:{line}: {target}"
            elif package.startswith("echub_"):
                assert package == own, f"{path}:{line}: {target} of another plugin"


@pytest.mark.parametrize("path", [p for p in PLUGINS if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_entry_module_of_a_plugin_is_light(path):
    import sys

    tops = [
        n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, (ast.Import, ast.ImportFrom))
    ]
    names = {alias.name for n in tops if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module for n in tops if isinstance(n, ast.ImportFrom)}
    assert {n for n in names if n.partition(".")[0] not in sys.stdlib_module_names} <= {"echub.plugin"}


@pytest.mark.parametrize("path", HUB, ids=lambda p: str(p.relative_to(ROOT)))
def test_hub_names_no_plugin_package(path):
    found = {t for only in (False, True) for t, _ in imports(path, typing_only=only) if t.startswith("echub_")}
    assert {t.partition(".")[0] for t in found} <= {"echub_schemas"}
    named = set(re.findall(r"\bechub_(?!schemas\b)\w+", path.read_text(encoding="utf-8")))
    hooks = {
        "echub_readers",
        "echub_writers",
        "echub_vocabulary",
        "echub_record_read",
        "echub_analyses",
        "echub_impl",
    }
    assert named <= hooks, "a plugin is named"


@pytest.mark.parametrize("path", HUB + SCHEMAS, ids=lambda p: str(p.relative_to(ROOT)))
def test_hub_and_schemas_name_no_vendor(path):
    text = EXAMPLE_FILE.sub("", path.read_text(encoding="utf-8"))
    assert not VENDORS.findall(text)


@pytest.mark.parametrize("package", sorted(HEAVY))
def test_heavy_packages_have_one_importer(package):
    importers = {unit_of(p) for p in INNER for target, _ in imports(p) if target.partition(".")[0] == package}
    assert importers <= HEAVY[package]


def test_the_rules_see_what_they_forbid(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import h5py\ndef f():\n    from echub.store import write\n    import pint.facets\n")
    assert [name for name, _ in imports(bad)] == ["h5py", "echub.store", "pint.facets"]
    assert VENDORS.search("an EC-Lab file")
    assert not VENDORS.search("a laboratory's biological log")
