"""Baselines: simple models on the same texts, to compare a network's scores with.

The linear model is TF-IDF of n-grams with logistic regression, trained on the raw training texts. The other baseline is
the majority class. ``job`` fits and scores them in a separate process; ``comparison`` says which model is ahead.
"""
