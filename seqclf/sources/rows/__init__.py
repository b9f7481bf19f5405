"""What is read from the rows of tables and of data sets of tensorflow-datasets."""
