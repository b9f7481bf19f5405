"""The texts of a config: their splits, cached encodings, and batches."""
