"""Files: the one atomic write, and formats that are read where they can do no harm."""
