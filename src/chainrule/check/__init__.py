"""Checking: whether a gradient is the derivative of its loss."""
