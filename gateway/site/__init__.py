"""What the vendor declares about one site: frozen values, the nine layouts, and loading with `file:line:column` mistakes."""
