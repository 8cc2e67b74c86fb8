"""Who may import whom, read from the source; nobody's import circles, no vendor in the hub."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HUB = sorted((ROOT / "echub").rglob("*.py"))
TEMPLATE = sorted((ROOT / "plugins" / "template").glob("echub_*/**/*.py"))
ADAPTERS = sorted((ROOT / "plugins").glob("adapter_*/echub_*/**/*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("echub_*/**/*.py")) + TEMPLATE + ADAPTERS
SCHEMAS = sorted(p for p in (ROOT / "schemas").rglob("*") if p.suffix in (".py", ".toml", ".json"))

FLOORS = (
    "lazy remark declare text science",
    "errors segments declare_analysis",
    "species drawing model structured",
    "registry currents dates pictures",
    "files",
    "batch",
    "validation analysis",
    "plugin testing",
    "cli",
)
"""The rooms of the hub, floor by floor: a room imports only from rooms on the floors above it in this list."""

ANYWHERE = {"echub", "echub.lazy"}
"""The package itself is lazy: importing it imports nothing but what makes packages lazy."""

HEAVY = {
    "h5py": {"files"},
    "isal": {"files"},
    "pint": {"model", "files"},
    "pandera": {"validation"},
    "matplotlib": {"drawing"},
    "molmass": {"species"},
    "pandas": {"model"},
    "xarray": {"model", "files"},
    "pyarrow": set(),
    "galvani": set(),
    "pluggy": {"registry"},
    "typer": {"cli"},
    "uvicorn": {"cli"},
    "fastapi": {"cli"},
    "rich": {"cli"},
}
"""The only room of the hub, and in it at most two modules, that may import a package, even inside a function."""

FOR_PLUGINS = {"echub", "echub.plugin", "echub.text", "echub.species", "echub.segments", "echub.testing"}
FOR_PLUGINS |= {
    "echub.structured",
    "echub.currents",
    "echub.dates",
    "echub.science",
    "echub.drawing",
    "echub.testing.synth",
}

VENDORS = re.compile(
    r"(?<![a-z])(ec[- ]?lab|bt[- ]?lab|bio-?logic|massoft|hiden|cameca|iontof|galvani|yadg|gamry|autolab"
    r"|neware|arbin|maccor|landt|solartron|zahner)(?![a-z])",
    re.IGNORECASE,
)
EXAMPLE_FILE = re.compile(r"fixtures/\w+/\w+\.\w+")
"""A docstring may open a fixture by its path."""


def imports(path, *, typing_only=False):
    """Return (module, line) of every import that runs, and with `typing_only` those that do not."""
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


def module_of(path):
    """Name a hub file as an import does."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    """Name the room of ``echub.model.units``: ``model``."""
    return module.split(".")[1]


def floor(room):
    found = [number for number, line in enumerate(FLOORS) if room in line.split()]
    assert found, f"echub/{room} has no floor: say in FLOORS where it belongs"
    return found[0]


INNER = [
    path for path in HUB if path.relative_to(ROOT).as_posix() not in ("echub/__init__.py", "echub/__main__.py")
]
"""All but the package itself and what `python -m echub` runs."""


def arrows(path, *, typing_only=False):
    """Return (module, line) of what a hub file imports from the hub."""
    found = imports(path, typing_only=typing_only)
    return [(t, line) for t, line in found if t.partition(".")[0] == "echub" and t not in ANYWHERE]


@pytest.mark.parametrize("path", INNER, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_from_the_floors_below(path):
    own = room_of(module_of(path))
    for target, line in arrows(path):
        other = room_of(target)
        assert other != "plugin" or own in ("cli", "testing"), f"{path}:{line}: the facade is for plugins"
        assert other == own or floor(other) < floor(own), f"{path}:{line}: {target}"


@pytest.mark.parametrize("typing_only", [False, True], ids=["run", "typing"])
def test_no_circles_of_rooms_or_of_modules(typing_only):
    rooms, modules = {}, {}
    for path in INNER:
        own = module_of(path)
        found = {t for kind in {False, typing_only} for t, _ in arrows(path, typing_only=kind)}
        rooms.setdefault(room_of(own), set()).update({room_of(t) for t in found} - {room_of(own)})
        modules.setdefault(own, set()).update(found - {own})
    order = list(graphlib.TopologicalSorter(rooms).static_order())  # raises CycleError with the circle
    assert order.index("errors") < order.index("files") < order.index("cli")
    graphlib.TopologicalSorter(modules).prepare()


def test_the_plan_stays_small():
    folders = [p for p in (ROOT / "echub").iterdir() if p.is_dir() and any(p.glob("*.py"))]
    assert len(FLOORS) <= 9
    assert len(folders) <= 12
    assert sorted(" ".join(FLOORS).split()) == sorted({room_of(module_of(p)) for p in INNER})


def test_a_class_name_means_one_thing():
    """So many names of classes stand in two modules; a new one is given a name of its own."""
    names = [
        n.name
        for p in HUB + PLUGINS
        for n in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(n, ast.ClassDef)
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert len(twice) <= 5, twice


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


STAGES = ("data", "method", "outcome", "figure")
"""The floor plan of a plugin that analyses: from the inputs to its own trace, the method, what is answered, the
picture. Each is a module, or a folder of modules; `__init__` declares."""


def stage_of(module, package):
    """Name the stage of ``echub_ccd.method.verdict``: ``method``."""
    rest = module.removeprefix(package).lstrip(".").partition(".")[0]
    return rest if rest in STAGES else None


PLANNED = {
    p.parents[1] if p.name == "__init__.py" else p.parent for p in PLUGINS if "outcome" in (p.stem, p.parent.name)
}
PLANNED = sorted(folder for folder in PLANNED if folder.name.startswith("echub_"))


@pytest.mark.parametrize("folder", PLANNED, ids=lambda p: p.name)
def test_an_analysis_plugin_has_its_rooms_and_each_imports_only_from_those_before_it(folder):
    found = set()
    for path in sorted(folder.rglob("*.py")):
        own = stage_of(".".join((folder.name, *path.relative_to(folder).with_suffix("").parts)), folder.name)
        found.add(own)
        for target, line in imports(path):
            other = stage_of(target, folder.name) if target.startswith(f"{folder.name}.") else None
            if own and other:
                assert STAGES.index(other) <= STAGES.index(own), f"{path}:{line}: {target}"
    assert found >= {"data", "method", "outcome"}


@pytest.mark.parametrize("path", [p for p in PLUGINS if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_entry_module_of_a_plugin_is_light(path):
    import sys

    tops = [
        n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, (ast.Import, ast.ImportFrom))
    ]
    names = {alias.name for n in tops if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module for n in tops if isinstance(n, ast.ImportFrom)}
    own = path.relative_to(ROOT / "plugins").parts[0]  # a second entry of a package shares its declarations
    found = {n for n in names if n.partition(".")[0] not in sys.stdlib_module_names}
    assert found <= {"echub.plugin", own, f"{own}.declared"}


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


DOOR = {f"echub/registry/{name}.py" for name in ("calling", "boundary", "registry", "codes", "discovery")}
LAZY = {"echub/lazy.py", "echub/cli/commands.py"}
"""What imports a module of the hub itself when a name or a command is first used."""


def calls(path):
    """Return (name of the function, line) of every call."""
    nodes = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    return [(ast.unparse(n.func), n.lineno) for n in nodes]


@pytest.mark.parametrize("path", HUB, ids=lambda p: str(p.relative_to(ROOT)))
def test_plugins_are_called_through_one_door(path):
    own = path.relative_to(ROOT).as_posix()
    for name, line in calls(path):
        last = name.rpartition(".")[2]
        if own not in DOOR:
            assert name not in ("resolve", "calling.resolve"), f"{path}:{line}: use call()"
            assert last not in ("guarded", "get_hookimpls"), f"{path}:{line}: {name} outside the door"
        if own not in DOOR | LAZY:
            assert last not in ("import_module", "__import__"), f"{path}:{line}: {name}"
        assert last != "load" or "entry_point" not in name, f"{path}:{line}: {name} outside Plugin.run"


@pytest.mark.parametrize("path", HUB + SCHEMAS, ids=lambda p: str(p.relative_to(ROOT)))
def test_hub_and_schemas_name_no_vendor(path):
    text = EXAMPLE_FILE.sub("", path.read_text(encoding="utf-8"))
    assert not VENDORS.findall(text)


@pytest.mark.parametrize("package", sorted(HEAVY))
def test_heavy_packages_have_one_importer(package):
    importers = {module_of(p) for p in INNER for target, _ in imports(p) if target.partition(".")[0] == package}
    assert {room_of(module) for module in importers} <= HEAVY[package]
    assert len(importers) <= 2 or HEAVY[package] == {"cli"}


def test_the_rules_see_what_they_forbid(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import h5py\ndef f():\n    from echub.files.store import write\n    import pint.facets\n")
    assert [name for name, _ in imports(bad)] == ["h5py", "echub.files.store", "pint.facets"]
    assert VENDORS.search("an EC-Lab file")
    assert not VENDORS.search("a laboratory's biological log")
