"""From crossings to outcomes."""
