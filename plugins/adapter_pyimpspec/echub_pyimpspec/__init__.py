"""Kramers-Kronig tests of pyimpspec: a second opinion to `eis-check`."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import Analysis, Need, Output, hookimpl

CHECK = Analysis(
    "pyimpspec-kk",
    "Impedance: linear Kramers-Kronig test of pyimpspec",
    run="echub_pyimpspec.outcome:run",
    kind="impedance",
    each="spectrum",
    needs=(
        Need("f", "frequency", "Hz"),
        Need("re", "impedance_real", "ohm"),
        Need("im", "impedance_imag", "ohm"),
    ),
    outputs=(
        Output("noise", "%", "estimated noise of Re and Im over |Z|, one standard deviation"),
        Output("residual", "%", "largest residual of Re or Im over |Z|"),
        Output("rc_elements", "1", "number of RC elements"),
    ),
    reference="doi:10.1016/j.electacta.2024.144951",
    requires="pyimpspec",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (CHECK,)
