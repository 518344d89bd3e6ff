"""Fits the evidence model on public question sets. Not needed to ask: it wants the extra `train` and the data's folder."""
