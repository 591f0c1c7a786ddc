"""The proof's model against the kernel: random packets, predicted, then sent as frames and seen, or not, at the far end."""
