"""The figures of this plugin's analyses, one module each."""
