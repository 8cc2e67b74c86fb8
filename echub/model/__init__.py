"""The record and all it is made of: sources, columns, units, vocabulary, metadata."""
