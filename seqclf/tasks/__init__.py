"""What a model can be trained for: one folder a task."""
