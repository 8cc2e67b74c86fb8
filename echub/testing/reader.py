"""The contract that every reader keeps, as a pytest class.

A plugin's whole test is::

    from pathlib import Path
    from echub.testing import ReaderContract

    class TestAcme(ReaderContract):
        reader = "acme-acm"
        files = sorted(Path(__file__).parent.glob("data/*.acm"))

and ``pytest`` runs each rule on each file. One rule is one method; the first line of its docstring
is the rule. A failure states the rule, the file, what was expected, what was found and what to do.

If the reader declares `samples`, `files` may be left out.

The plugin is called through its entry point: install it first (``pip install -e .``).
Sample files should be small (below 1 MB): each is also read some hundred times in damaged copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.testing.rules_content import ContentRules
from echub.testing.rules_damage import DamageRules
from echub.testing.rules_declaration import DeclarationRules
from echub.testing.rules_odd import OddTableRules
from echub.testing.rules_output import OutputRules
from echub.testing.rules_reading import ReadingRules
from echub.testing.rules_sniffing import SniffingRules

if TYPE_CHECKING:
    import pytest


class ReaderContract(
    DeclarationRules, SniffingRules, ReadingRules, DamageRules, OddTableRules, ContentRules, OutputRules
):
    """Check a reader by all rules of the hub: subclass it, and give `reader` and `files`.

    `reader` is the reader's name; `files` are paths of sample files, absolute or relative to the
    test's own file (none: the `samples` of the declaration). Optional: `foreign`, samples of other
    readers, which must be rejected; `source_table(path)`, an independent reading of the
    source's table; and `damages`, how often a sample is cut, has a bit flipped and bytes
    overwritten.

    A `fallback` or `explicit_only` reader is exempt from the sniffing rules, and may read what
    others would refuse. A rule that cannot be checked is skipped, with the reason.
    """

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every rule with an argument `path` on each sample file."""
        if "path" in metafunc.fixturenames:
            paths = self.paths()
            metafunc.parametrize("path", paths, ids=[path.name for path in paths])
