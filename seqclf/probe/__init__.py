"""Probe the memory of recurrent layers on synthetic texts: ``seqclf probe``."""
