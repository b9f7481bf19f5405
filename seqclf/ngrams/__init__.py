"""The linear model over n-grams: its features, its solver, and its fit to the training texts."""
