"""An empty cell of an export, and where a formula has no value, is missing; what EC-Lab prints as NaN is not."""

import numpy as np

import echub
from echub.model.missing import is_missing
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import export
from fixtures.eclab.texts import GCPL


def test_formulas_have_no_value_where_their_inputs_have_none(tmp_path):
    path = tmp_path / "run.mpr"
    path.write_bytes(SCENARIOS["gcpl"]().file.to_bytes())
    series = echub.read(path)["timeseries"]
    assert series.column("current").origin == "derived"
    assert series.column("current").missing.nonzero()[0].tolist() == [0]
    assert is_missing(series["resistance_we"])[series["current"] == 0].all()
    assert series.column("current_setpoint").missing.tolist() == (series["control_mode"] != 1).tolist()
    lost = {name for name, c in series.columns.items() if c.values.dtype.kind == "f" and np.isnan(c.values).any()}
    assert all((np.isnan(series[name]) == series.column(name).missing).all() for name in lost)


def test_cells_of_an_export(tmp_path):
    lines = export(SCENARIOS["gcpl"]().file, parameters=GCPL).split(b"\r\n")
    whole = b"\r\n".join(lines)
    head = next(n for n, line in enumerate(lines) if b"Ewe/V\t" in line)
    at = lines[head].split(b"\t").index(b"Ewe/V")
    for row, cell in ((3, b""), (5, b"NaN"), (7, b"-1.#IND0000E+000")):
        cells = lines[head + row].split(b"\t")
        cells[at] = cell
        lines[head + row] = b"\t".join(cells)
    path = tmp_path / "run.mpt"
    path.write_bytes(b"\r\n".join(lines))
    series = echub.read(path)["timeseries"]
    found = series["potential_we"]
    assert is_missing(found).nonzero()[0].tolist() == [2]
    assert np.isnan(found).nonzero()[0].tolist() == [2, 4, 6]
    path.write_bytes(whole)
    unbroken = echub.read(path)["timeseries"]
    for behind in ("current_range", "charge_half_cycle", "half_cycle"):  # an empty cell moves none of them
        assert np.array_equal(series[behind], unbroken[behind]), behind
