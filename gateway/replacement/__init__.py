"""One box in the place of another: everything that makes it this site's box in one encrypted file, and back again."""
