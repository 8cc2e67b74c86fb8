"""From the inputs to the trace of this plugin."""
