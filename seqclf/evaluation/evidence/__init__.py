"""What a report shows of a split beside its metrics: curves, slices, wrong texts, data. Stored with the run."""
