"""Fitting what `bot` packages. Nothing of it is imported by an answer."""
