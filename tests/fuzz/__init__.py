"""Damaged inputs at every boundary: `python -m tests.fuzz --minutes N --target NAME` prints a table."""
