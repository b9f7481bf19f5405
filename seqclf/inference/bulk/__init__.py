"""Predict whole files in constant memory, and resume after an interruption."""
