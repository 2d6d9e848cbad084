"""Models of tables: a network with the encoder that turns columns into numbers, and back."""
