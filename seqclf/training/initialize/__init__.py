"""Training that starts from another run: ``initialize``. ``start.py`` reads the run, ``plan.py`` compares the layers,
``weights.py`` copies the weights."""
