"""How fast training is, against other ways of doing the same: ``seqclf bench``."""
