"""Texts whose next token is predicted."""
