"""What every test shares: hypothesis without a clock or dice, and no defaults of the person who runs the tests."""

import os
import signal
from contextlib import suppress

from hypothesis import settings

# The suite says the same of one code on every machine and every day: its examples come from a fixed seed.
# `python -m pytest -m hypothesis --hypothesis-profile explore tests` tries ten times as many others: run it
# before a release, and after a change of what they try. How long one takes says something about the machine only.
settings.register_profile("echub", deadline=None, max_examples=200, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("echub")

# A command in the background of a script ignores Ctrl-C, and so do its children: some tests send it to theirs.
with suppress(ValueError):  # not the main thread
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ["ECHUB_CONFIG"] = ""
