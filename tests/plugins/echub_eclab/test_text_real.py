"""Every real text, settings and log file is read, or refused for the right reason; every twin agrees."""

import warnings
from functools import cache
from pathlib import Path

import pytest

from echub.errors import EchubError
from echub.files.reading import read
from echub.model.comparison import compare
from echub.model.source import Source
from echub.plugin import Confidence
from echub_eclab.sniff import sniff_mps, sniff_mpt
from tests.plugins.echub_eclab.text_support import CORPUS, NO_CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)

DECLINED = {
    "biologic-converter/noData.mpt": "the file ends after 0 of its 1 header lines",
    "hybrid-drt/sample_info.txt": "this is not an EC-Lab text",
    "hybrid-drt/PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt": "this is not an EC-Lab text",
}
"""An empty file, a note, and an export of RelaxIS."""
ANOMALIES = {
    "biologic-converter/cp.mpt": {"<Ewe>/V": "zeroed-potential", "R/Ohm": "zeroed-potential"},
    "yadg/peis.issue_149.mpt": {
        **{f"{name} {of}/%": "masked" for name in ("THD", "NSD", "NSR") for of in ("Ewe", "I")},
        **{f"|Ewe h{n}|/V": "masked" for n in range(2, 8)},
        **{f"|I h{n}|/A": "masked" for n in range(2, 8)},
    },
}
"""Where an old export prints 0 for what was measured, and where EC-Lab masks points in its text."""


def found(*suffixes: str) -> list[str]:
    """List the real files with these suffixes."""
    paths = sorted(p for p in CORPUS.rglob("*") if p.suffix in suffixes) if CORPUS.is_dir() else []
    return [path.relative_to(CORPUS).as_posix() for path in paths]


TEXTS, BINARIES = found(".mpt", ".txt"), found(".mpr")
SETTINGS = found(".mps", ".mpl")


def twins() -> list[tuple[str, str]]:
    """Pair every `.mpr` with the texts of its name."""
    return [(b, t) for b in BINARIES for t in TEXTS if Path(b).with_suffix("") == Path(t).with_suffix("")]


@cache
def record(name):
    return read(CORPUS / name)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_or_declined_for_the_right_reason(name):
    if name in DECLINED:
        source = Source(CORPUS / name)
        assert sniff_mpt(source) is sniff_mps(source) is Confidence.NO
        with pytest.raises(EchubError, match=DECLINED[name]):
            read(source, reader="eclab-mpt")
        return
    text = record(name)
    assert text.provenance.reader["name"] == "eclab-mpt"
    assert sum(dataset.rows for dataset in text.datasets.values()) > 0 or "wait" in name
    assert not any(notice.code in ("truncated", "incomplete") for notice in text.notices)


def test_54_of_the_57_texts_are_read():
    assert len(TEXTS) - len(DECLINED.keys() & set(TEXTS)) == 54


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_and_logs_are_read(name):
    settings = record(name)
    assert settings.provenance.reader["name"] == "eclab-mps"
    assert settings.settings["lines"]
    assert not settings.datasets


@pytest.mark.parametrize(("binary", "text"), twins(), ids=lambda name: name)
def test_a_twin_agrees_in_every_column_but_the_known_anomalies(binary, text):
    result = compare(record(binary), record(text))
    assert result.differences == []
    assert len(result.verdicts) >= 4
    assert {v.b_header: v.verdict for v in result.verdicts if not v.agrees} == ANOMALIES.get(text, {})


@pytest.mark.parametrize(("binary", "text"), twins(), ids=lambda name: name)
def test_twins_name_their_columns_alike(binary, text):
    for kind in record(binary).datasets:
        one, other = record(binary)[kind], record(text)[kind]
        for column in one.columns.values():
            twin = next((c for c in other.columns.values() if c.header == column.header), None)
            if twin is not None and column.quantity is not None:
                assert (column.quantity, column.unit, column.sign) == (twin.quantity, twin.unit, twin.sign)


METADATA = ("technique.", "experiment.start", "experiment.comments", "instrument.", "cell.")


@pytest.mark.parametrize(("binary", "text"), twins(), ids=lambda name: name)
def test_twins_say_the_same_of_the_run(binary, text):
    result = compare(record(binary), record(text))
    assert [line for line in result.metadata if line.startswith(METADATA)] == []


PRINTED_OTHERWISE = {"date (m/d/y)"}
"""The day of a WAIT: EC-Lab prints it day or month first by version; here it is ISO 8601."""


@pytest.mark.parametrize(("binary", "text"), twins(), ids=lambda name: name)
def test_parameters_are_those_of_the_text(binary, text):
    stored, printed = record(binary).settings["parameters"], record(text).settings["parameters"]
    if not printed:
        pytest.skip("the text was exported without settings")
    assert len(stored) == len(printed)
    for one, other in zip(stored, printed, strict=True):
        for name in set(one) & set(other) - PRINTED_OTHERWISE:
            assert _as_printed(one[name], other[name], name), (name, one[name], other[name])
        assert set(one) - set(other) <= NOT_PRINTED_ALWAYS, set(one) - set(other)


NOT_PRINTED_ALWAYS: set[str] = set()


def _as_printed(stored, printed, name):
    """Numbers to the three decimals of most cells; potentials and rates in mV and mV/h to two and one."""
    if isinstance(stored, str) or isinstance(printed, str) or stored is None or printed is None:
        return stored == printed
    coarse = {
        "dER/dt (mV/h)": 0.05,
        "Va (mV)": 0.05,
        "N": 0.005,
        "N1": 0.005,
        "N2": 0.005,
        "Nl": 0.005,
        "pw": 0.005,
    }
    decimals = coarse.get(name.split(" [")[0], 0.005 if "(mV)" in name else 0.0005)
    return abs(stored - printed) <= decimals * 1.0001 + 1e-6 * abs(stored)


GALVANI_REFUSES = {
    "echemistpy-cli/ZMO_C_C02.mpr",
    "nomad-chemical-energy/GEIS_nesd.mpr",
    "yadg/coc.issue_185.mpr",
    "yadg/cv.issue_149.mpr",
    "yadg/peis.issue_225.with_ece.mpr",
}
"""Files with column ids that galvani 0.5 does not know."""


@pytest.mark.parametrize("name", BINARIES)
def test_galvani_says_the_same(name):
    pytest.importorskip("galvani", reason="galvani is not installed: pip install 'echub[galvani]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in GALVANI_REFUSES:
            with pytest.raises(EchubError, match="galvani does not read this file"):
                read(CORPUS / name, reader="galvani-mpr")
            return
        second = read(CORPUS / name, reader="galvani-mpr")
    result = compare(record(name), second)
    assert result.differences == []
    assert [v for v in result.verdicts if not v.agrees] == []
    assert len(result.verdicts) >= 3


def test_the_log_gives_the_start_that_the_binary_file_lacks(tmp_path):
    folder = CORPUS / "aurora-cycler-manager"
    with_log, alone = read(folder / "PEIS.mpr"), read(folder / "PEIS.mpr", siblings=False)
    assert with_log.metadata.get("experiment.start").value == "2025-11-10T15:22:09.494"
    assert with_log.metadata.get("experiment.start").source == "PEIS.mpl"
    assert with_log.provenance.siblings == ("PEIS.mpl",)
    assert "experiment.start" not in alone.metadata
    assert alone.provenance.siblings == ()


def test_a_log_of_another_day_is_not_used():
    other = record("aurora-cycler-manager/file_2025-10-17_162649-2.mpr")
    assert "experiment.start" not in other.metadata
    assert other.provenance.siblings == ()
    assert "sibling-not-used" in {notice.code for notice in other.notices}


def test_linked_files_of_one_run_join_and_others_do_not():
    from echub.files.joining import join, link_of, runs_of, why_not_one_run
    from echub.files.output import plan

    folder = CORPUS / "ixdat-large-test-files"
    runs = [item for item in runs_of(plan([folder], None)) if isinstance(item, list)]
    assert sorted(len(run) for run in runs) == [2, 2, 2, 2, 4]
    loop = next(run for run in runs if len(run) == 4)
    records = [read(part.job.source) for part in loop]
    assert why_not_one_run(records) == ""
    joined = join(records, [part.link for part in loop])
    assert list(joined) == ["timeseries_01_OCV", "timeseries_02_CVA", "timeseries_03_CP", "impedance_05_PEIS"]
    for dataset, alone in zip(joined.datasets.values(), records, strict=True):
        first = next(iter(alone.datasets.values()))
        assert dataset["time"].tolist() == first["time"].tolist()
        assert float(dataset.attrs["offset_s"]) == first["time"][0]
    assert link_of(Source(CORPUS / "navani" / "00_test_02_MB_C01.mpr")).run == "00_test_C01.mpr"
    assert all(not isinstance(item, list) for item in runs_of(plan([CORPUS / "navani"], None)))
