"""The protocols of four publications on critical current densities, on cells that fail like theirs."""

from __future__ import annotations

from collections.abc import Mapping

from echub.testing.synth.case import Case
from echub.testing.synth.ccd import Short, Staircase, spots, staircase
from echub.testing.synth.instrument import Instrument

_TIP = Instrument(range_ma=0.01, noise_ma=1e-9, quantum_ma=1e-9, accuracy=0.0)
PUBLISHED: Mapping[str, Staircase] = {
    "tip2025": Staircase(  # fresh spots under a tip of 1 µm², 0.02 … 0.5 µA, a row every 5 s
        levels=tuple(1e5 * level for level in (0.02, 0.04, 0.06, 0.1, 0.2, 0.5)),
        charge=None,
        time_s=600.0,
        fails_above=0.05e5,
        short=Short(0.7, fraction=0.3),
        area_cm2=1e-8,
        asr=0.05,
        rest_s=30.0,
        sampling_s=5.0,
        instrument=_TIP,
    ),
    "querel2021": Staircase(  # a soft short on the plating that follows stripping at 10 mA/cm²
        levels=(0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0),
        charge=0.25,
        fails_above=9.0,
        fails_in=-1,
        short=Short(0.4, fraction=0.5),
    ),
    "nak2025": Staircase(  # NaK: doubled from level to level, shorts while plating
        levels=(0.05, 0.1, 0.2, 0.4),
        charge=None,
        time_s=3600.0,
        asr=400.0,
        fails_above=0.3,
        fails_in=-1,
        short=Short(0.97, fraction=0.5),
        instrument=Instrument(range_ma=1.0, noise_ma=1e-5, accuracy=0.0),
    ),
    "sun2023": Staircase(  # a staircase of 0.2 mA/cm² after long cycling
        levels=(0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6),
        charge=None,
        time_s=1800.0,
        asr=100.0,
        fails_above=1.3,
        fails_in=1,
        short=Short(0.8, fraction=0.4),
    ),
}
"""The protocol, and a cell that fails like theirs; the fifth publication is a ramp: `synth.ramp`."""


def published(source: str, seed: int = 0) -> list[Case]:
    """Record the protocol of a publication: one case, or one per level."""
    setup = PUBLISHED[source]
    return spots(seed, setup) if source == "tip2025" else [staircase(seed, setup)]
