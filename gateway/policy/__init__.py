"""Who may start a session to whom, and the clause that says so. Pure values; the one matrix every reader shares."""
