"""Benchmark the training speed against other implementations: ``seqclf bench``."""
