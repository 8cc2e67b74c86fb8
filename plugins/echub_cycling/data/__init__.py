"""From the inputs to half cycles and their charge."""
