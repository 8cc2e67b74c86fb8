"""Run the truth benchmarks by hand: ``python -m tests.benchmarks.truth [NAME ...]``."""

from __future__ import annotations

import sys

from tests.benchmarks.truth import arrhenius, ccd, ramp_onset, sims_profile, speed

PARTS = {
    "ramp_onset": ramp_onset.run,
    "arrhenius": arrhenius.run,
    "ccd": ccd.run,
    "sims_profile": sims_profile.run,
    "speed": speed.run,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
