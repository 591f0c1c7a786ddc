"""The SFTP drop server: people in lan hand files in and read theirs. A room of the relay's process with a thread of its own."""
