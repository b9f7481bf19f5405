"""The terms of ``training.objectives``: one module per type, named like it, beside what they share."""
