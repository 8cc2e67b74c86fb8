"""Odd parameters, columns, rows, outcomes, sets, statements, for every analysis; run by hand, outside the suite.

``python -m tests.odd`` tries all (many hours), ``python -m tests.odd --every 97`` a sample of them, and
``python -m tests.odd ccd --kind parameters pairs`` a part.
It takes the generated measurement of each `AnalysisContract` in `tests/plugins`, changes one or two things, and
prints a line for each combination that is neither answered nor refused as it should be (`judging.py`).
"""
