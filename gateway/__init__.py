"""claim-gateway: a one-way gateway between a receipt computer and its claim terminal. `docs/house.md` shows the rooms."""

__version__ = "0.1.0"
