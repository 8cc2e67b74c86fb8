"""Kernel, regularisation by evidence, non-negative solution, peaks."""
