"""Baseline, crossings and peaks of a sweep."""
