"""Models that run without seqclf."""
