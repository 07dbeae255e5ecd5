"""Ours beside torch.nn.RNN."""
