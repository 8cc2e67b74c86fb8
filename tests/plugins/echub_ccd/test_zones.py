"""Files of one staircase with starts in several zones: ordered as instants, refused if some lack a zone."""

import numpy as np
import pytest

import echub

STARTS = {"low": "2026-03-02T13:00:00+09:00", "high": "2026-03-02T09:00:00+00:00"}  # as texts the other way round


def staircase(path, levels):
    """Two half cycles per level, mA, at 100 ohm."""
    current = np.concatenate([np.full(60, sign * level) for level in levels for sign in (1, -1)])
    noise = np.random.default_rng(1).normal(0, 1e-6, len(current))
    rows = [f"{60 * n},{i},{0.1 * i + u:.7f}" for n, (i, u) in enumerate(zip(current, noise, strict=True))]
    path.write_text("time / s,current / mA,voltage / V\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def answer(tmp_path, starts):
    files = {
        "low": staircase(tmp_path / "low.csv", (0.1, 0.2)),
        "high": staircase(tmp_path / "high.csv", (0.4, 0.8)),
    }
    records = []
    for name, start in starts.items():
        record = echub.read(files[name])
        record.metadata.set("cell.id", "C", source="test")
        record.metadata.set("experiment.start", start, source="test")
        records.append(record)
    return echub.analyze("ccd", records)


def test_the_first_file_is_the_earlier_one(tmp_path):
    levels = np.abs(np.asarray(answer(tmp_path, STARTS).tables["half_cycles"]["level"].values, dtype=float))
    assert levels[0] == pytest.approx(0.1)
    assert levels[-1] == pytest.approx(0.8)


def test_a_zone_that_only_one_file_states_is_refused_with_the_option(tmp_path):
    refusal = answer(tmp_path, STARTS | {"low": "2026-03-02T13:00:00"}).refusals[0]
    assert refusal.code == "no-order"
    assert "--set experiment.timezone=" in refusal.hint
