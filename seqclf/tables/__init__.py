"""Rows of csv, tsv, jsonl, parquet and txt files, or an error for each malformed row, read one at a time."""
