"""Say what the tests never saw: a condition true or false, a limit met exactly, a loop with two, a default.

`python -m scripts.conditions echub_cameca tests/plugins/echub_cameca` runs tests, as pytest would, and prints a
line for each such place in the modules whose names begin so; `python -m scripts.conditions echub` runs all
tests, which takes twice as long as usual. A condition that was never true can be dropped or turned around
without any test that fails; a limit that was never met can be `<` or `<=`; of a loop that never had two the
second can be lost; a default that was never left, or never used, can be another. Not every place needs a test:
some are guards that no input reaches, which may go out, and between measured values equality is chance.

Modules are compiled with a note around every such place, in all processes that the tests start.
"""

from __future__ import annotations

import ast
import builtins
import importlib.machinery
import json
import marshal
import mmap
import operator
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
ROOTS = {"echub": ROOT, "fixtures": ROOT, "plugins": ROOT / "plugins", "schemas": ROOT / "schemas"}
"""Folders of packages, and what the names of their modules begin behind."""
FOLDER = "ECHUB_CONDITIONS"
"""Names the folder of a run in the environment of its processes."""
TRUE, FALSE, MET, COMPARED = 1, 2, 4, 8
NONE, ONE, MANY = 1, 2, 4
USED, LEFT = 1, 2
OPEN = {
    ("condition", 0): "asked",
    ("condition", TRUE): "false",
    ("condition", FALSE): "true",
    ("limit", COMPARED): "met",
    ("loop", NONE): "two",
    ("loop", ONE): "two",
    ("loop", NONE | ONE): "two",
    ("default", USED): "another",
    ("default", LEFT): "the default",
}
"""What the bits of a place say was never seen; a loop that never ran and a function that never did are seen by the
conditions before them."""
LIMITS: dict[type[ast.cmpop], str] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
LARGEST = 100_000
"""Values of an array that are still compared for equality: the tests end in the same hour."""


@dataclass(frozen=True)
class Place:
    """A condition, a limit, a loop, or an argument with a default, in a module."""

    module: str
    line: int
    kind: str
    text: str


class Noting(ast.NodeTransformer):
    """Put a note around each condition, limit, loop and default; `places` are theirs, in order."""

    def __init__(self, module: str, first: int) -> None:
        self.module, self.first = module, first
        self.places: list[Place] = []

    def _noted(self, node: ast.expr, kind: str, text: str, name: str, *given: ast.expr) -> ast.expr:
        at = ast.Constant(self.first + len(self.places))
        self.places.append(Place(self.module, node.lineno, kind, text))
        return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [at, *given], []), node)

    def _condition(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BoolOp):
            node.values = [self._condition(value) for value in node.values]
            return node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self._condition(node.operand)
            return node
        text = ast.unparse(node)
        if isinstance(node, ast.Constant) or text == "TYPE_CHECKING" or text.startswith("__name__"):
            return node
        return self._noted(node, "condition", text, "_noted_condition", self.visit(node))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Note what decides which operand is the value: all but the last."""
        *deciding, last = node.values
        node.values = [*map(self._condition, deciding), self.visit(last)]
        return node

    def visit_If(self, node: ast.If | ast.While | ast.IfExp) -> ast.AST:
        """Note what decides, then what it decides about."""
        node.test = self._condition(node.test)
        test, node.test = node.test, ast.Constant(True)  # it is noted already
        self.generic_visit(node)
        node.test = test
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        """Note what goes on, then what is done."""
        return self.visit_If(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """Note what chooses, then what is chosen."""
        return self.visit_If(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """Note what a comprehension runs over, and what it keeps."""
        kept, node.ifs = [self._condition(test) for test in node.ifs], []
        node.iter = self._loop(node.iter)
        self.generic_visit(node)
        node.ifs = kept
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        """Note what a loop runs over."""
        node.iter = self._loop(node.iter)
        self.generic_visit(node)
        return node

    def _loop(self, node: ast.expr) -> ast.expr:
        """Note the items of a loop, unless the module itself says how many they are."""
        if isinstance(node, ast.Tuple | ast.List | ast.Constant):
            return node
        return self._noted(node, "loop", ast.unparse(node), "_noted_loop", node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Note a comparison with one limit, or with the two of a range."""
        sides = [node.left, *node.comparators]
        if len(sides) > 2 and all(isinstance(side, ast.Name | ast.Constant) for side in sides[1:-1]):
            links = [ast.Compare(sides[at], [how], [sides[at + 1]]) for at, how in enumerate(node.ops)]
            both = ast.BoolOp(ast.And(), [ast.copy_location(link, node) for link in links])
            return self.visit_BoolOp(ast.copy_location(both, node))
        text = ast.unparse(node)
        self.generic_visit(node)
        if len(node.ops) > 1 or type(node.ops[0]) not in LIMITS:
            return node
        how = ast.Constant(LIMITS[type(node.ops[0])])
        return self._noted(node, "limit", text, "_noted_limit", how, node.left, node.comparators[0])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """Leave an annotation as it is."""
        node.value = self.visit(node.value) if node.value else None
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        """Leave defaults and annotations as they are."""
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Note whether an argument has its default, behind the docstring."""
        self.generic_visit(node)
        given = node.args
        last = [*given.posonlyargs, *given.args][-len(given.defaults) :] if given.defaults else []
        pairs = [*zip(last, given.defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
        notes = [
            ast.copy_location(ast.Expr(self._default(node.name, arg, default)), node)
            for arg, default in pairs
            if isinstance(default, ast.Constant)
        ]
        at = 1 if ast.get_docstring(node) is not None else 0
        node.body[at:at] = notes
        return node

    def _default(self, function: str, arg: ast.arg, default: ast.Constant) -> ast.expr:
        text = f"{function}({arg.arg}={default.value!r})"
        value = ast.copy_location(ast.Name(arg.arg, ast.Load()), arg)
        return self._noted(ast.copy_location(value, arg), "default", text, "_noted_default", value, default)


def noted(source: str | bytes, module: str, path: str, first: int = 0) -> tuple[CodeType, list[Place]]:
    """Compile a module with its notes, numbered from `first`; return its places too."""
    notes = Noting(module, first)
    tree = ast.fix_missing_locations(notes.visit(ast.parse(source, path)))
    return compile(tree, path, "exec", dont_inherit=True), notes.places


def modules() -> Iterator[tuple[str, Path]]:
    """Yield name and path of every module of the product."""
    for top, root in ROOTS.items():
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if "template" not in parts:
                yield ".".join(parts).removesuffix(".__init__"), path


class Record:
    """What became of each place, in a file that all processes of a run share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with (folder / "seen").open("r+b") as file:
            self.seen = mmap.mmap(file.fileno(), 0)
        self.first: dict[str, int] = json.loads((folder / "first.json").read_text("utf-8"))

    def condition(self, at: int, value: Any) -> Any:  # noqa: ANN401
        """Note the truth of a value, and return it."""
        bit = TRUE if value else FALSE
        if not self.seen[at] & bit:
            self.seen[at] |= bit
        return value

    def limit(self, at: int, how: str, value: Any, limit: Any) -> Any:  # noqa: ANN401
        """Compare with a limit, and note whether it is met."""
        result = getattr(operator, how)(value, limit)
        if not self.seen[at] & MET and (isinstance(result, bool) or getattr(result, "size", LARGEST) < LARGEST):
            equal = value == limit
            is_met = bool(equal.any() if hasattr(equal, "any") else equal)
            self.seen[at] |= COMPARED | (MET if is_met else 0)
        return result

    def loop(self, at: int, items: Iterable[Any]) -> Iterable[Any]:
        """Note whether a loop runs over none, one or more."""
        return items if self.seen[at] & MANY else self._counted(at, items)

    def _counted(self, at: int, items: Iterable[Any]) -> Iterator[Any]:
        bits = NONE
        for item in items:
            bits = ONE if bits == NONE else MANY
            self.seen[at] |= bits
            yield item
        self.seen[at] |= bits

    def default(self, at: int, value: Any, default: Any) -> None:  # noqa: ANN401
        """Note whether an argument has its default."""
        self.seen[at] |= USED if value is default or (type(value) is type(default) and value == default) else LEFT

    def code(self, module: str, path: str) -> CodeType:
        """Return the noted code of a module, compiled once for all processes."""
        kept = self.folder / f"{module}.code"
        if kept.exists():
            code: CodeType = marshal.loads(kept.read_bytes())
            return code
        code, _ = noted(Path(path).read_bytes(), module, path, self.first[module])
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_bytes(marshal.dumps(code))
        draft.replace(kept)
        return code


def install(folder: str) -> None:
    """Let this process note what it imports from now on."""
    record = Record(Path(folder))
    vars(builtins).update(_noted_condition=record.condition, _noted_limit=record.limit)
    vars(builtins).update(_noted_loop=record.loop, _noted_default=record.default)

    class Loader(importlib.machinery.SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType | None:
            return record.code(fullname, self.path)

    class Finder:
        @staticmethod
        def find_spec(
            name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
        ) -> importlib.machinery.ModuleSpec | None:
            spec = importlib.machinery.PathFinder.find_spec(name, path, target) if name in record.first else None
            if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
                spec.loader = Loader(spec.loader.name, spec.loader.path)
            return spec

    sys.meta_path.insert(0, Finder)


def prepare(folder: Path) -> list[Place]:
    """Number the places of all modules, and lay out the files of a run."""
    places: list[Place] = []
    first = {}
    for name, path in modules():
        first[name] = len(places)
        places += noted(path.read_bytes(), name, str(path), len(places))[1]
    (folder / "first.json").write_text(json.dumps(first), encoding="utf-8")
    (folder / "seen").write_bytes(bytes(len(places) + 1))
    start = f"from scripts.conditions import install\ninstall({str(folder)!r})\n"
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    return places


def open_places(places: Sequence[Place], seen: bytes) -> Iterator[str]:
    """Yield a line for each place of which a side was not seen."""
    for place, bits in zip(places, seen, strict=False):
        open_side = OPEN.get((place.kind, bits))
        if open_side:
            yield f"{place.module}:{place.line}: never {open_side}: {place.text}"


def main(package: str, tests: Sequence[str], show: Callable[[str], object] = print) -> int:
    """Run the tests and print the open places of a package; return the exit code of the tests."""
    with tempfile.TemporaryDirectory() as name:
        places = prepare(Path(name))
        paths = [name, str(ROOT), os.environ.get("PYTHONPATH", "")]
        about = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
        done = subprocess.run([sys.executable, "-m", "pytest", *tests], env=about, cwd=ROOT, check=False)
        for line in open_places(places, (Path(name) / "seen").read_bytes()):
            if line.startswith(package):
                show(line)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) if sys.argv[1:] else __doc__)
