"""What tells the daemon that somebody changed this kernel: one module per source, each a pure parser and a thin reader."""
