"""The method: numbers from the trace, without a word on how they are reported."""
