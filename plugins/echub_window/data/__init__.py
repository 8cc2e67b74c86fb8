"""From the inputs to sweeps."""
