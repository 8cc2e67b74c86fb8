"""Clocks without a zone in `align`: refused, and the options of the hint put them on one clock."""

import re
import shlex

import pytest
from typer.testing import CliRunner

import echub
from echub.cli import app
from echub.errors import NoCommonClock


def written(path, zone, minute):
    rows = [f"2026-03-02T09:{minute + n // 6:02d}:{10 * (n % 6):02d}{zone},{n}" for n in range(60)]
    path.write_text("Date,voltage / V\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("zone", ["", "+00:00"])
def test_a_start_without_a_zone_is_refused_and_the_options_help(tmp_path, zone):
    files = [written(tmp_path / "a.csv", "", 0), written(tmp_path / "b.csv", zone, 2)]
    with pytest.raises(NoCommonClock) as refused:
        echub.align(files, clock_uncertainty=1.0)
    options = re.match(r"--clock-uncertainty 1s --timezone \S+", refused.value.hint)[0]
    words = ["align", *map(str, files), *shlex.split(options), "-o", str(tmp_path / "one.h5")]
    assert CliRunner().invoke(app, words).exit_code == 0
    found = echub.read(tmp_path / "one.h5")
    assert len(found.datasets) == 2


def test_absolute_clocks_lack_only_their_uncertainty(tmp_path):
    files = [written(tmp_path / "a.csv", "+00:00", 0), written(tmp_path / "b.csv", "+00:00", 2)]
    with pytest.raises(NoCommonClock) as refused:
        echub.align(files)
    assert refused.value.hint.startswith("--clock-uncertainty 1s,")
    assert echub.align(files, clock_uncertainty=1.0).alignments[1].offset == pytest.approx(120)
