"""The documentation site; `mkdocs.yml` says how it is built."""
