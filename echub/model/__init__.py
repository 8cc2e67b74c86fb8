"""The record and its parts: sources, columns, units, vocabulary, metadata."""
