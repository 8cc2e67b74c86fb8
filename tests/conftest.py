"""What every test shares: hypothesis without a clock."""

from hypothesis import settings

# How long one example takes says something about the machine, not about the code.
settings.register_profile("echub", deadline=None)
settings.load_profile("echub")
