"""Damaged inputs at every boundary: `python -m tests.fuzz --minutes N --target NAME` prints what became of them."""
