"""Export models that run without seqclf."""
