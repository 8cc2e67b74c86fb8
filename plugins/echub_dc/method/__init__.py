"""The tail of a decay, sums of exponentials, the current at the step."""
