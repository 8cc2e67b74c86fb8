"""Start-up: the help page, and the registry with many plugins."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import process, side_by_side, work

PLUGINS = 50


def run(bench: Bench) -> Iterator[Figure]:
    """Measure `echub --help`, and loading the registry with the built-in plugins and 50 more."""
    help_page = [str(Path(sys.executable).with_name("echub")), "--help"]
    bare, shown = side_by_side(
        3 * bench.repeats, lambda: process([sys.executable, "-c", "pass"]), lambda: process(help_page)
    )
    yield Figure(
        "start-up", "echub --help, CPU", 0.15, shown.cpu, "s", note=f"bare Python {bare.cpu * 1e3:.0f} ms"
    )
    crowd = str(_many_plugins(bench.folder / "plugins"))
    own, many = side_by_side(3 * bench.repeats, lambda: work("plugins"), lambda: work("plugins", PYTHONPATH=crowd))
    note = f"with the built-in ones alone {own.cpu * 1e3:.1f} ms"
    yield Figure("start-up", f"registry with {PLUGINS} more plugins, CPU", 20, many.cpu * 1e3, "ms", note=note)


def _many_plugins(folder: Path) -> Path:
    """Install plugins as a stranger's distributions would be: metadata, entry point, module."""
    for number in range(PLUGINS):
        name = f"bench_plugin_{number}"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[echub]\n{name} = {name}\n")
        (folder / f"{name}.py").write_text(_MODULE.format(name=name))
    return folder


_MODULE = """
from echub.plugin import Confidence, Reader, hookimpl

@hookimpl
def echub_readers():
    return (Reader("{name}", "{name}", (".{name}",), sniff="{name}:sniff", read="{name}:read"),)

def sniff(source):
    return Confidence.NO
"""
