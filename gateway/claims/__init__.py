"""What the files are: names, structure, months. Bytes and dates only; knows no site, no folder, no share."""
