"""Plugins of strangers who made every mistake there is, as distributions in a site-packages folder."""

READER = """
from echub.plugin import Confidence, Reader, hookimpl

@hookimpl
def echub_readers():
    return [Reader("{reader}", "Mistaken files", (".acme",), sniff="{module}:sniff", read="{module}:read",
                   samples="{samples}")]

def sniff(source):
    {sniff}

def read(source, options):
    return {read}
"""

VOCABULARY = """
from echub.plugin import Vocabulary, hookimpl

@hookimpl
def echub_vocabulary():
    entry = {"unit": "furlong", "dimension": "length^1", "definition": "how far the horse went"}
    return [Vocabulary("horse", {"horse_distance": entry})]
"""


def _reader(module, *, reader=None, sniff="return Confidence.NO", read="None"):
    samples = "opens:*.acme" if module == "opens" else ""
    return READER.format(
        module=module, samples=samples, reader=reader or f"{module}-files", sniff=sniff, read=read
    )


BROKEN = {
    "raises": ("raise OSError('no licence server')", "OSError: no licence server"),
    "opens": (_reader("opens", sniff="return Confidence(3 * (b'HORSE' in source.path.read_bytes()))"), ""),
    "claims": (_reader("claims", sniff="return Confidence.CERTAIN"), ""),
    "wrong": (
        "from echub.plugin import hookimpl\n@hookimpl\ndef echub_readers():\n    return [{'name': 'x'}]\n",
        "declares a dict, expected Reader",
    ),
    "twin": (_reader("twin", reader="acme-log"), "also registered by echub-acme, which is used"),
    "misspelt": (
        "from echub.plugin import hookimpl\n@hookimpl\ndef echub_reader():\n    return []\n",
        "did you mean echub_readers?",
    ),
    "units": (VOCABULARY, "unknown unit 'furlong'"),
    "newer": ("raise SystemExit('imported all the same')", "it needs echub 99.1, this is"),
}
"""Module, code, and what the hub says of it at once (empty: it shows when a file is read)."""
STATES = {"raises": "failed", "wrong": "failed", "units": "failed", "newer": "failed", "acme": "shadowed"}
"""What is not ok; the entry point `acme` is there twice, as that of the template and here."""


def install(site):
    """Write all of them into a folder for PYTHONPATH: one distribution, and one that needs a newer hub."""
    for module, (code, _) in BROKEN.items():
        package = site / module
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(code, encoding="utf-8")
    (site / "opens" / "horse.acme").write_bytes(b"HORSE 1\n")
    entries = "".join(f"{m} = {m}\n" for m in (*BROKEN, "acme") if m != "newer").replace(
        "acme = acme", "acme = twin"
    )
    _describe(site, "zz-broken", entries)
    _describe(site, "zz-newer", "newer = newer\n", "Requires-Dist: echub>=99.1\n")


def _describe(site, name, entries, more=""):
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{more}", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[echub]\n{entries}", encoding="utf-8")
