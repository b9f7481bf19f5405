"""Ensembles of runs, and soups of their weights."""
