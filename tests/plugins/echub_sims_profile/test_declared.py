"""Declared regions and the Cameca profile: the whole way from the file, each refusal by its code, the figure."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import echub
from echub.plugin import Record
from echub.testing import synth
from echub_sims_profile.figure import draw
from fixtures.sims import cameca_profile, declared


def test_a_declared_region_gives_its_interface_in_depth(tmp_path):
    params = {"species": "Na+", "region": "failed", "reference": "pristine"}
    outcome = echub.analyze("sims-profile", declared(tmp_path), params=params)
    assert outcome.status == "ok"
    assert outcome["interface_position"].unit == "nm"
    assert outcome["interface_position"].interval.covers(1000)
    assert outcome["interface_width"].interval.covers(120)
    table = outcome.tables["enrichment"]
    ratio = {
        (s, w): (low, high)
        for s, w, low, high in zip(*(table[k].values for k in ("species", "window", "low", "high")), strict=True)
    }
    assert ratio["Na+", "near_surface"][0] < 2 < ratio["Na+", "near_surface"][1]
    assert ratio["Zr+", "whole"][0] < 1 < ratio["Zr+", "whole"][1]
    assert set(table["current_density"].values) == {10_000}
    assert table["current_density"].unit == "mA/cm^2"
    assert outcome.tables["regions"]["test_sha256"].values == (None, "00")


def test_the_cameca_profile_gives_its_edge():
    record = echub.read(cameca_profile(), reader="cameca-profile")
    outcome = echub.analyze("sims-profile", record, params={"species": "7Li"})
    assert outcome["interface_position"].interval.covers(300)
    assert outcome["interface_width"].interval.covers(40)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"species": "Xx"}, "unknown-species"),
        ({"region": "nowhere"}, "unknown-region"),
        ({"species": "Na+", "polarity": "-"}, "unknown-species"),
        ({"species": "Zr+"}, "no-interface"),
        ({"species": "Na+", "reference": "nowhere"}, "no-reference"),
    ],
)
def test_refusals_have_codes(tmp_path, params, code):
    outcome = echub.analyze("sims-profile", declared(tmp_path), params=params)
    assert [flag.code for flag in outcome.refusals] == [code]


def test_an_ion_of_both_polarities_is_asked_for_by_its_polarity():
    ions = (synth.Ion("O"), synth.Ion("O", polarity=-1))
    record = synth.layered(1, synth.Layers(ions=ions, factors={"only": {}})).record()
    assert echub.analyze("sims-profile", record).refusals[0].code == "ambiguous-polarity"
    assert echub.analyze("sims-profile", record, params={"polarity": "-"}).conditions["polarity"].value == "-"


def test_tables_and_picture_are_given_with_a_refusal(tmp_path):
    outcome = echub.analyze("sims-profile", declared(tmp_path), params={"species": "Zr+", "reference": "pristine"})
    assert outcome.status == "refused"
    assert {"means", "enrichment", "steps"} <= set(outcome.tables)
    figure = Figure()
    draw(outcome, figure)
    assert "no-interface" in figure.get_suptitle()


def sharp():
    record = echub.read(cameca_profile(), reader="cameca-profile")
    data = record["depth_profile"]
    values = np.where(data["depth"] < 0.3, 500.0, 1.0)
    columns = {**data.columns, "ion_counts": replace(data.column("ion_counts"), values=values)}
    return Record([replace(data, columns=columns)], metadata=record.metadata)


def test_an_edge_between_two_points_is_bracketed():
    outcome = echub.analyze("sims-profile", sharp(), params={"species": "7Li"})
    assert "interface-undersampled" in {flag.code for flag in outcome.flags}
    position, width = outcome["interface_position"], outcome["interface_width"]
    assert position.interval.kind == "bracketing"
    assert position.interval.high - position.interval.low >= 24
    assert position.uncertainty < 30
    assert (width.value, width.censoring) == (None, "left")
    assert width.interval.high >= 24


def test_a_layer_has_a_decay_on_both_sides():
    ion = synth.Ion("In+", 5000.0, 1.0, start=400.0, stop=1000.0, width=150.0)
    record = synth.layered(2, synth.Layers(ions=(ion,), factors={"only": {}})).record()
    found = echub.analyze("sims-profile", record, params={"edge": "falling"}).measurands
    leading, trailing = found["leading_decay_length"], found["trailing_decay_length"]
    # both edges have one width, so that both decays are alike
    assert leading.value == pytest.approx(
        trailing.value, abs=3 * np.hypot(leading.uncertainty, trailing.uncertainty)
    )
    assert 50 < trailing.value < 150


def test_the_figure_has_a_column_per_region_and_a_row_per_polarity():
    ions = (synth.Ion("Na+"), synth.Ion("P-", polarity=-1))
    outcome = echub.analyze("sims-profile", synth.layered(1, synth.Layers(ions=ions)).record())
    figure = Figure()
    draw(outcome, figure)
    assert [axis.get_title() for axis in figure.axes] == ["pristine", "failed", "", ""]
    assert figure.axes[2].get_ylabel() == "negative ions / counts"
    assert len({axis.get_ylim() for axis in figure.axes}) == 1
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylim()[1] > outcome.diagnostics["signal"].array().max()


@pytest.mark.parametrize(("species", "row"), [("Na+", 0), ("P-", 1)])
def test_the_interface_is_drawn_where_its_ion_is(species, row):
    ions = (synth.Ion("Na+"), synth.Ion("P-", polarity=-1))
    record = synth.layered(1, synth.Layers(ions=ions)).record()
    outcome = echub.analyze("sims-profile", record, params={"species": species, "region": "failed"})
    figure = Figure()
    draw(outcome, figure)
    marked = [any(line.get_linestyle() == "--" for line in axis.lines) for axis in figure.axes]
    assert [k for k, found in enumerate(marked) if found] == [2 * row + 1]


def test_layers_and_factors_of_a_manifest_are_used(tmp_path):
    path = declared(tmp_path)
    layers = 'depth_calibration = [{ rate = "2 nm/s", from = "0 nm", to = "500 nm" }, { rate = "120 nm/min" }]'
    factor = 'rsf = [{ species = "Zr+", value = 1e18, convention = "per_count_rate" }]'
    text = (
        path.read_text()
        .replace('crater_depth = "2.0 um"\n', "")
        .replace("[sims]\n", f"[sims]\n{layers}\n{factor}\n")
    )
    path.write_text(text)
    outcome = echub.analyze("sims-profile", path, params={"species": "Na+"})
    assert outcome["interface_position"].unit == "nm"
    assert outcome["interface_position"].interval.covers(1000)
    assert set(outcome.tables["concentrations"]["species"].values) == {"Zr+"}


@pytest.mark.parametrize(
    "layer",
    [
        'rate = "2"',
        'rate = "2 nm"',
        'rate = "two nm/s"',
        'rate = "2 nm/s", to = "500"',
        'rate = "2 nm/s", to = "5 s"',
    ],
)
def test_a_layer_without_its_units_is_refused(tmp_path, layer):
    path = declared(tmp_path)
    text = path.read_text().replace('crater_depth = "2.0 um"\n', "")
    path.write_text(text.replace("[sims]\n", f"[sims]\ndepth_calibration = [{{ {layer} }}]\n"))
    (refusal,) = echub.analyze("sims-profile", path, params={"species": "Na+"}).refusals
    assert refusal.code == "layers-unreadable"
    assert layer.rpartition('= "')[2].rstrip('"') in refusal.message


def test_the_template_is_a_manifest_once_its_lines_are_read(tmp_path):
    from echub_hiden import template

    text = template()
    lines = [
        line.removeprefix("# ") if line.startswith(("# depth_calibration", "# rsf")) else line
        for line in text.splitlines()
    ]
    import tomllib

    sims = tomllib.loads("\n".join(lines))["sims"]
    assert [layer["rate"] for layer in sims["depth_calibration"]] == ["96 nm/min", "31 nm/min"]
    assert sims["rsf"][0]["convention"] == "per_count_rate"
