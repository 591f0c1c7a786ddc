"""Makes the declared layout true on this box, all parts together or not at all."""
