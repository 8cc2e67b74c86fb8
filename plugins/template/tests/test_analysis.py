"""The analysis keeps every rule of the hub, and finds the truth that its `example` knows."""

from echub.testing import AnalysisContract


class TestAcmeDrift(AnalysisContract):
    """The measurements are those of the declared `example`."""

    analysis = "acme-drift"
