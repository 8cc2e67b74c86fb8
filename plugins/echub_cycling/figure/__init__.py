"""The figures of this plugin."""
