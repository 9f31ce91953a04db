"""WordPress: the file that a blog copies, and a proof with a real WordPress."""
