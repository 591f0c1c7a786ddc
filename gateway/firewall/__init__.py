"""The Policy made true in nftables: one table, `inet claim_gateway`, replaced in one transaction."""
