"""Searches options of a config by Optuna, in trainings that are runs like any other."""
