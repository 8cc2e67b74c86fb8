"""Fits that follow each other, the time of a resistance, onset, recovery, what vanishes."""
