"""What other programs see of our files: `python -m tests.interop` tries them (not part of the tests)."""
