"""Spectra as ZView and RelaxIS read them: one file each, and our own readers get the same numbers back."""

from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from echub_export.spectra import write_relaxis, write_zview
from fixtures.eclab.make import FOLDER

SUFFIX = {"zview": ".z", "relaxis": ".relaxis.txt"}
COLUMNS = ("frequency", "impedance_real", "impedance_imag")


def convert(name, tmp_path, to):
    return sorted(map(str, echub.convert(FOLDER / name, tmp_path, to=to).outputs))


@pytest.mark.parametrize("to", SUFFIX)
def test_one_spectrum_comes_back_to_the_last_digit(tmp_path, to):
    (path,) = convert("peis.mpr", tmp_path, to)
    assert path.endswith(f"peis.mpr{SUFFIX[to]}")
    before, after = echub.read(FOLDER / "peis.mpr")["impedance"], echub.read(path)["impedance"]
    for name in COLUMNS:
        np.testing.assert_array_equal(after[name].astype(before[name].dtype), before[name])
    assert (after["impedance_imag"] < 0).all()
    assert after["spectrum"].max() == 0


def test_zview_has_amplitude_bias_and_time(tmp_path):
    (path,) = convert("peis.mpr", tmp_path, "zview")
    dataset = echub.read(FOLDER / "peis.mpr")["impedance"]
    lines = Path(path).read_text().split("End Comments\n")[1].splitlines()
    rows = [line.split("\t") for line in lines]
    table = np.array(rows, dtype=float)
    assert table.shape == (dataset.rows, 9)
    for column, name in enumerate(("frequency", "potential_amplitude", "potential_we", "time")):
        np.testing.assert_array_equal(table[:, column].astype(dataset[name].dtype), dataset[name])
    assert not table[:, 6:].any()


@pytest.mark.parametrize("to", SUFFIX)
def test_several_spectra_are_files_of_their_own(tmp_path, to):
    paths = convert("geis_with_dc.mpr", tmp_path, to)
    assert [path.rsplit("geis_with_dc.mpr", 1)[1] for path in paths] == [
        f".spectrum-{n}{SUFFIX[to]}" for n in range(3)
    ]
    dataset = echub.read(FOLDER / "geis_with_dc.mpr")["impedance"]
    for number, path in enumerate(paths):
        one = dataset.query(f"spectrum == {number}")
        np.testing.assert_array_equal(
            echub.read(path)["impedance"]["impedance_real"].astype(np.float32), one["impedance_real"]
        )


@pytest.mark.parametrize("write", [write_zview, write_relaxis])
def test_modulus_and_phase_become_re_and_im(tmp_path, write):
    columns = {
        "frequency": ("Hz", [10.0, 1.0]),
        "impedance_abs": ("ohm", [2.0, 1e-9]),
        "phase": ("deg", [-60, -90]),
    }
    built = [SourceColumn(q, np.array(v), q, u, index=n) for n, (q, (u, v)) in enumerate(columns.items())]
    ((suffix, put),) = write(Record([build_dataset("impedance", built)]), None)
    path = tmp_path / f"run{suffix}"
    with path.open("wb") as file:
        put(file)
    after = echub.read(path)["impedance"]
    np.testing.assert_allclose(after["impedance_real"], [1, 0], atol=1e-20)
    np.testing.assert_allclose(after["impedance_imag"], [-np.sqrt(3), -1e-9], rtol=1e-12)


@pytest.mark.parametrize("to", SUFFIX)
def test_a_record_without_spectra_is_refused(tmp_path, to):
    with pytest.raises(DataError, match="no spectra to write"):
        echub.convert(FOLDER / "cp.mpr", tmp_path / "run", to=to)
    assert not list(tmp_path.iterdir())


def test_the_same_record_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first, second = (convert("peis.mpr", tmp_path / folder, "relaxis")[0] for folder in ("a", "b"))
    assert Path(first).read_bytes() == Path(second).read_bytes()
