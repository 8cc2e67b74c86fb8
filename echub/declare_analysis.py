"""What plugins declare of an analysis: what it needs, its parameters, and what it answers.

Apart from `echub.declare`, because converting a file needs none of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from echub.declare import NoOptions


@dataclass(frozen=True)
class Need:
    """Declare one column that an analysis needs, under the name that its code uses.

    `quantity`, or several in `any_of` in the order of preference. The array arrives in `unit`
    (float64; "" passes texts and codes unchanged). A current or charge becomes a density
    in the hub, and only with a stated `cell.area`; `without_area` is the unit in which it
    arrives if no area is stated (None: then the analysis is refused). `voltage` is also
    met by a two-electrode cell's potential, and by the difference between the two electrode potentials.
    A current range with a unit arrives as its full scale, NaN for `auto`; without a column, of the metadata.
    The real and imaginary parts of an impedance are also met by its modulus and phase, and
    vice versa. Time must not decrease; `restarts` allows a clock that restarts. Rows in which a
    required column has no value are left out, of all columns, unless `gaps` says that the analysis
    handles them.

    `kind` asks for a column of another dataset of the same record, such as ``"timeseries"`` next to
    impedance. It arrives whole, even if rows were selected, with its own rows: `data.row_of(name)`.
    """

    name: str
    quantity: str = ""
    unit: str = ""
    any_of: tuple[str, ...] = ()
    without_area: str | None = None
    optional: bool = False
    restarts: bool = False
    gaps: bool = False
    kind: str = ""
    help: str = ""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the quantities that meet the need, the preferred one first."""
        return self.any_of or (self.quantity,)


@dataclass(frozen=True)
class NeedMeta:
    """Declare metadata that an analysis needs: a path of the schema, and the unit it arrives in."""

    path: str
    unit: str = ""
    optional: bool = False
    help: str = ""


CURRENT_RANGE = Need(
    "range",
    "current_range",
    "mA",
    optional=True,
    help="its accuracy is in the intervals; without the column, instrument.current_range",
)
"""The need for the ranges of the current, the same in every analysis; `echub.plugin.current_ranges` uses it."""


@dataclass(frozen=True)
class Sampling:
    """Declare the sampling that an analysis needs.

    At least `rows` rows, spanning `span_s` seconds, with a median time step of at most `step_s`.
    """

    rows: int = 1
    span_s: float = 0.0
    step_s: float | None = None


@dataclass(frozen=True)
class Output:
    """Declare one measurand of an analysis: its name, unit (or alternatives) and meaning.

    A name that ends in ``*`` stands for all with that prefix: ``resistance_*`` for the parts of a circuit
    that the user names. `unit_from`: the unit comes from a consumed outcome, and is not known beforehand.
    """

    name: str
    unit: str = ""
    help: str = ""
    or_units: tuple[str, ...] = ()
    unit_from: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units that the measurand may have."""
        return (self.unit, *self.or_units)


@dataclass(frozen=True)
class Analysis:
    """Declare an analysis: ``run(data, params) -> Outcome``.

    `consumes` says what `data` is: ``dataset``, one `Inputs`; ``datasets``, a tuple of `Inputs`,
    one per file, that together are one experiment; ``outcomes``, a tuple of `Outcome` of earlier
    analyses or rows of a table. Needs are checked before the module of `run` is imported.
    `params` is a dataclass of `option` fields, `profiles` are named sets of them, `figure` is
    ``figure(outcome, figure) -> None`` drawing on an empty matplotlib figure.
    ``look(data, params)`` is a first look of the plugin at data that meet the needs: it raises the `Refusal` of
    `run` if they are not of its kind of measurement, returns anything otherwise, and takes a fraction of the time;
    `echub analyze --list FILE` and the page put the analyses that suit a file first by it.
    ``example(seed) -> echub.testing.synth.Case`` generates a measurement with known true values: `echub plugins
    check` and an `AnalysisContract` without `generate` use it. `each` names a column, such as
    ``spectrum``: the analysis handles one value of it at a time, refuses if it is given
    several, and handles each on request (``--each``, `echub.analyze_each`). `tolerances` are
    attributes of that contract with values that differ from its defaults, such as
    ``{"moves_with_time": ("onset_time",)}``. `every_dataset` of an analysis of datasets: if a record has
    several of its kind, as a joined run has, they are so many inputs in order of start. `codes` names the
    catalogue of its flags and refusals, as a reader's does.
    """

    name: str
    title: str
    run: str
    needs: tuple[Need | NeedMeta, ...] = ()
    kind: str = "timeseries"
    consumes: Literal["dataset", "datasets", "outcomes"] = "dataset"
    each: str = ""
    every_dataset: bool = False
    sampling: Sampling = Sampling()
    params: type = NoOptions
    profiles: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    figure: str = ""
    look: str = ""
    example: str = ""
    tolerances: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    reference: str = ""
    version: str = "1"
    requires: str = ""
    extra: str = ""
    codes: str = ""

    @property
    def columns(self) -> tuple[Need, ...]:
        """Return the needs that are columns."""
        return tuple(need for need in self.needs if isinstance(need, Need))

    @property
    def metadata(self) -> tuple[NeedMeta, ...]:
        """Return the needs that are metadata."""
        return tuple(need for need in self.needs if isinstance(need, NeedMeta))
