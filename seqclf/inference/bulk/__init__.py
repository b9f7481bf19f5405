"""Predictions for whole files: read, written and continued in constant memory."""
