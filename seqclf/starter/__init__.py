"""Write a starter config for a user's data: choose columns and files, measure the texts, choose a model."""
