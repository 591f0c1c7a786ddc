"""Is it true? Theorems over the kernel's own dump, with a packet when one is false. Knows no compiler and no daemon."""
