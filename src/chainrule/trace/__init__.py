"""The trace: every number of one training step, named, in the order in which people compute it."""
