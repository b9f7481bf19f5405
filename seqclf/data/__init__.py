"""Where texts and labels come from, how they are split, encoded once and cached, and made into batches."""
