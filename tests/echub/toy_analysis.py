"""A small analysis, declared as a stranger would: the mean of a voltage above a threshold."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import Analysis, Measurand, Need, NeedMeta, Outcome, Output, Refusal, Sampling, option


@dataclass(frozen=True)
class ToyParams:
    above: float = option(0.0, "use rows above this voltage", unit="V", minimum=-10, maximum=10)
    how: str = option("mean", "statistic", choices=("mean", "max"))


TOY = Analysis(
    "toy",
    "Mean voltage",
    run="tests.echub.toy_analysis:run",
    needs=(
        Need("t", "time", "s"),
        Need("U", any_of=("voltage", "potential_we"), unit="V"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA", optional=True),
        NeedMeta("cell.temperature", "K", optional=True),
    ),
    sampling=Sampling(rows=3, span_s=1, step_s=100),
    params=ToyParams,
    profiles={"high": {"above": 1.0, "how": "max"}},
    outputs=(Output("level", "V", "the mean"), Output("mean_current", "mA/cm^2", or_units=("mA",))),
)


def run(data, params):
    kept = data["U"][data["U"] > params.above]
    if not len(kept):
        raise Refusal("never_above", f"U never exceeds {params.above:g} V; its maximum is {data['U'].max():g} V")
    value = kept.mean() if params.how == "mean" else kept.max()
    measurands = {"level": Measurand("V", float(value), n=len(kept))}
    if "j" in data:
        measurands["mean_current"] = Measurand(data.unit_of("j"), float(data["j"].mean()))
    return Outcome(measurands)


def fail(data, params):
    raise ZeroDivisionError("a mistake")


def undeclared(data, params):
    return Outcome({"surprise": Measurand("V", 1.0)})
