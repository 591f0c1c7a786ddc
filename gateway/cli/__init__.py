"""The commands: each parses, calls the room that does the work, and prints."""
