"""Distributions of strangers, written to a folder and found like any installed one."""

import textwrap

from echub.registry import discovery

READER = """
from echub.plugin import Confidence, Reader, hookimpl

@hookimpl
def echub_readers():
    return [Reader("{name}", "{name} files", ("{suffix}",), sniff="{module}:sniff", read="{module}:read")]

def sniff(source):
    return {confidence} if source.suffix else Confidence.NO

def read(source, options):
    {read}
"""


def install(folder, distribution, code, *, entry=None, module=None, metadata="", version="1.0", group="echub"):
    """Write a distribution with one entry point of a group, more lines of METADATA; give its folder."""
    module = module or distribution.replace("-", "_")
    (folder / f"{module}.py").write_text(textwrap.dedent(code))
    info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{metadata}")
    (info / "entry_points.txt").write_text(f"[{group}]\n{entry or module} = {module}\n")
    return folder


def reader(module, *, name=None, suffix=".acme", confidence="Confidence.CERTAIN", read="raise ValueError('no')"):
    """Return the code of a plugin with one reader."""
    return READER.format(module=module, name=name or module, suffix=suffix, confidence=confidence, read=read)


def entry_points(folder):
    """Find the entry points of the distributions in a folder."""
    return discovery.entry_points("echub", "echub.analyses", path=[str(folder)])
