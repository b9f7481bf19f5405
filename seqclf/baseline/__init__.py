"""What a simple model makes of the same texts: the measure that a network's result stands beside.

The simple model is TF-IDF of n-grams with logistic regression, learnt from the raw training texts; beside it stands
the majority class. ``job`` fits and scores it in a process of its own, ``comparison`` says who is ahead.
"""
