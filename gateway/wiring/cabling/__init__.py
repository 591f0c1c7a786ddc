"""What is plugged into the box and what is heard there, without an address, a route or a rule: for the day of installation."""
