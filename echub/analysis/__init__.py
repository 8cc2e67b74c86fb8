"""Analyses: needs, runs, outcomes, studies, figures."""
