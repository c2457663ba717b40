"""Bring pages in: the contract of a source, and the sources."""
