"""The equations, in NumPy: one function each, written to be read. Everything else agrees with them."""
