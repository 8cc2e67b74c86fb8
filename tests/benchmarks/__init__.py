"""The budgets of the design, each measured as a ratio side by side in one run.

``python -m tests.benchmarks`` runs all of them (two or three minutes on two idle cores),
``python -m tests.benchmarks startup native`` some, ``--json`` prints them for machines. The
default test run does not collect them: a time says nothing on a machine that is busy, and never
fails a test. Every piece of work runs in a fresh process that measures itself; the sides of a ratio
take turns, and the best of several repeats counts on either side.
"""
