"""Compares elman.RNN with torch.nn.RNN in accuracy, speed, memory, training and features."""
