"""Rows of csv, tsv, JSON, parquet, TFRecord, xlsx and txt files, or an error for each malformed one, one at a time."""
