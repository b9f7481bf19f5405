"""Sources of texts and labels, their splits, cached encodings, and batches."""
