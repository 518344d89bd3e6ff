"""Gold questions, scorers and baselines. Imports bot and index; nothing imports evals but the command that runs it."""
