"""Rows of csv, tsv, JSON, parquet, xlsx and txt files, or an error for each malformed row, read one at a time."""
