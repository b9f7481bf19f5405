"""``source: table``: files with a text and its label or labels in each row."""
