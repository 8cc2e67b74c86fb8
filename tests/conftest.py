"""What every test shares: hypothesis without a clock, and no defaults of the person who runs the tests."""

import os

from hypothesis import settings

# How long one example takes says something about the machine, not about the code.
settings.register_profile("echub", deadline=None)
settings.load_profile("echub")

os.environ["ECHUB_CONFIG"] = ""
