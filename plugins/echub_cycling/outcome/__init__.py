"""From numbers to outcomes."""
