"""The analyses against generated truth: bias, scatter and coverage beside their targets.

``python -m tests.benchmarks.truth`` runs all of it (about a minute), ``… truth ramp_onset`` a part.
"""
