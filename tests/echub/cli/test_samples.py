"""What `echub samples` prints of values that were measured several times."""

from __future__ import annotations


def test_means_of_replicates_are_printed_with_their_uncertainty(echub, acme_files):
    """10 and 12 are 11 ± 1, for the deviation √2 of two values is divided by √2; one value has none."""
    text = "sample.id,replicate,thickness / um,note\nS1,1,10,red\nS1,2,12,red\nS2,1,7.25,blue\n"
    (acme_files / "t.csv").write_text(text, "utf-8")
    shown = echub("samples", "t.csv", "s2.csv").out.splitlines()
    assert shown[0] == "t.csv, s2.csv"
    at = next(n for n, line in enumerate(shown) if line.split()[:1] == ["sample_id"])
    rows = [[cell for cell in line.split("  ") if cell] for line in shown[at : at + 3]]
    names = [name.strip() for name in rows[0]]
    cells = [dict(zip(names, map(str.strip, row), strict=True)) for row in rows[1:]]
    assert [one["thickness / µm"] for one in cells] == ["11.0 ± 1.0", "7.25"]
    assert [one["sample_id"] for one in cells] == ["S1", "S2"]
    assert not [name for name in names if name.startswith(("n_", "u_", "row"))]
