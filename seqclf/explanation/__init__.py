"""Which words of a text speak for a label, and which against it."""
