"""The linear model over n-grams: its counts, its solver, and its fit on the training texts."""
