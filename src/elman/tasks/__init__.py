"""What recurrent networks are used for, one folder a task."""
