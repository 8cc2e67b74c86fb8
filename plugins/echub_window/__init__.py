"""Stability window of an electrolyte from voltammograms, at stated thresholds of current density."""
