"""Impedance: is a spectrum consistent, which circuit describes it, and what resistance and conductivity follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Template, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Analysis

STUDY = Template(
    "study-eis",
    "steps of a study of impedance over temperature, to an activation energy",
    "echub_eis.data:study_steps",
)


@hookimpl
def echub_readers() -> Iterable[Template]:
    """Declare the steps that `echub study init --eis` writes."""
    return (STUDY,)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    from echub_eis.declared import ANALYSES

    return ANALYSES
