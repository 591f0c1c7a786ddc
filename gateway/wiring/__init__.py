"""Links, addresses, default routes, the routing guard and kernel settings: everything about the network but its filter."""
