"""Somebody's own backward pass, in a file: found, called on a probe, and diagnosed."""
