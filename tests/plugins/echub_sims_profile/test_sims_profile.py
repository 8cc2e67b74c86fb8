"""Interfaces, decay, regions: known truth inside the intervals, and each refusal by its code."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import erfc

import echub
from echub.plugin import Record, Refusal
from echub_sims_profile.edge import find_edge
from echub_sims_profile.figure import draw
from echub_sims_profile.regions import Total, discovered, enrichment, poisson_interval
from fixtures.sims import cameca_profile, declared

X = np.arange(0, 2000, 10.0)


def profile(level, rng, sign=1):
    return rng.poisson(0.01 * level + level * 0.5 * erfc(sign * (X - 1000) / (np.sqrt(2) * 12))).astype(float)


@pytest.mark.parametrize("level", [2000, 200, 40, 20])
def test_intervals_cover_the_truth(level):
    rng = np.random.default_rng(level)
    found = [find_edge(X, profile(level, rng), "either") for _ in range(200)]
    position = np.mean([abs(e.position - 1000) < 1.96 * e.position_error for e in found])
    width = np.mean([abs(e.sigma - 12) < 1.96 * e.sigma_error for e in found])
    # 200 draws of a coverage of 0.95 lie above 0.90 with 99.8 % probability; at 20 counts it is about 0.90.
    assert position > (0.90 if level > 20 else 0.87)
    assert width > (0.90 if level > 20 else 0.85)


def test_a_rising_edge_is_found_as_one():
    edge = find_edge(X, profile(300, np.random.default_rng(4), sign=-1), "either")
    assert edge.sign == 1
    assert edge.position == pytest.approx(1000, abs=5)


def test_overdispersion_widens_the_errors():
    rng = np.random.default_rng(5)
    plain = profile(200, rng)
    noisy = plain * rng.gamma(4, 1 / 4, len(X))
    assert find_edge(X, noisy, "either").dispersion > 5
    assert find_edge(X, noisy, "either").position_error > 1.5 * find_edge(X, plain, "either").position_error


@pytest.mark.parametrize(
    ("n", "edge", "code"),
    [
        (np.random.default_rng(6).poisson(50, len(X)).astype(float), "either", "no_interface"),
        (np.zeros(len(X)), "either", "empty_channel"),
        (np.ones(3), "either", "too_few_points"),
        (profile(500, np.random.default_rng(7)), "rising", "no_interface"),
    ],
)
def test_what_is_no_edge_is_refused(n, edge, code):
    with pytest.raises(Refusal) as caught:
        find_edge(X[: len(n)], n, edge)
    assert caught.value.code == code


def test_poisson_intervals_are_exact_where_counts_are_few():
    low, high = poisson_interval(0, 0.6827)
    assert low == 0
    assert high == pytest.approx(1.84, abs=0.005)
    assert poisson_interval(10)[1] == pytest.approx(18.39, abs=0.01)


def test_enrichment_compares_within_one_polarity_only():
    totals = [
        Total("ref", "O", -1, "whole", 1000, 10),
        Total("a", "O", -1, "whole", 2000, 10),
        Total("a", "O", 1, "whole", 9000, 10),
    ]
    (row,) = enrichment(totals, "ref", 0.05)
    assert row["low"] < 2 < row["high"]
    assert row["beyond_counting"]


def test_false_discovery_is_controlled_over_all_tests():
    assert discovered([0.001, 0.04, 0.5, 0.9], 0.05) == [True, False, False, False]
    assert discovered([0.01, 0.02, 0.03, 0.04], 0.05) == [True] * 4
    assert discovered([], 0.05) == []


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
    assert ratio["Na+", "surface"][0] < 2 < ratio["Na+", "surface"][1]
    assert ratio["Zr+", "whole"][0] < 1 < ratio["Zr+", "whole"][1]
    assert "counting_statistics_only" in {flag.code for flag in outcome.flags}


def test_without_a_crater_depth_time_is_kept(tmp_path):
    path = declared(tmp_path)
    path.write_text(path.read_text().replace('crater_depth = "2.0 um"\n', ""))
    outcome = echub.analyze("sims-profile", path, params={"species": "Na+"})
    assert outcome["interface_position"].unit == "s"
    assert outcome["interface_position"].interval.covers(500)


def test_the_cameca_profile_gives_its_edge():
    record = echub.read(cameca_profile(), reader="cameca-profile")
    outcome = echub.analyze("sims-profile", record, params={"species": "7Li"})
    assert outcome["interface_position"].interval.covers(300)
    assert outcome["interface_width"].interval.covers(40)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"species": "Xx"}, "unknown_species"),
        ({"region": "nowhere"}, "unknown_region"),
        ({"species": "Zr+"}, "no_interface"),
        ({"species": "Na+", "reference": "nowhere"}, "no_reference"),
    ],
)
def test_refusals_have_codes(tmp_path, params, code):
    outcome = echub.analyze("sims-profile", declared(tmp_path), params=params)
    assert [flag.code for flag in outcome.refusals] == [code]


def test_rates_without_a_dwell_time_have_no_statistics(tmp_path):
    path = declared(tmp_path)
    text = path.read_text().replace('y = "counts"', 'y = "rate"')
    path.write_text(text)
    assert echub.analyze("sims-profile", path, params={"species": "Na+"}).status != "refused"
    path.write_text(text.replace('dwell_time = "1 s"\n', ""))
    outcome = echub.analyze("sims-profile", path, params={"species": "Na+"})
    assert outcome.refusals[0].code == "counts_unavailable"


def test_a_saturated_detector_is_refused(tmp_path):
    path = declared(tmp_path)
    path.write_text(path.read_text().replace('dwell_time = "1 s"', 'dwell_time = "1 s"\ndead_time = "100 ms"'))
    outcome = echub.analyze("sims-profile", path, params={"species": "Na+"})
    assert outcome.refusals[0].code == "saturated"


def test_an_edge_between_two_points_is_bracketed():
    record = echub.read(cameca_profile(), reader="cameca-profile")
    data = record["depth_profile"]
    falling = data["depth"] < 0.3
    values = np.where(falling, 500.0, 1.0)
    columns = {**data.columns, "ion_counts": replace(data.column("ion_counts"), values=values)}
    sharp = Record([replace(data, columns=columns)], metadata=record.metadata)
    outcome = echub.analyze("sims-profile", sharp, params={"species": "7Li"})
    assert "interface_undersampled" in {flag.code for flag in outcome.flags}
    position, width = outcome["interface_position"], outcome["interface_width"]
    assert position.interval.kind == "bracketing"
    assert position.interval.high - position.interval.low >= 24
    assert (width.value, width.censoring) == (None, "left")


def test_the_figure_shows_every_region(tmp_path):
    outcome = echub.analyze("sims-profile", declared(tmp_path), params={"species": "Na+"})
    figure = Figure()
    draw(outcome, figure)
    assert [axis.get_title() for axis in figure.axes] == ["pristine", "failed"]
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylim()[1] > outcome.diagnostics["n"].array().max()
