"""Cycles, rates, events and lines: the methods of this plugin."""
