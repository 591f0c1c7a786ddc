"""Programs of others that a site needs beside its rules: what their files say (pure), and that they run with them."""
