"""The audit: every number, formula and claim of a tutorial beside what its own network gives."""
