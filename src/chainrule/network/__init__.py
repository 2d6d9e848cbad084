"""What a network and its training are, as data: nothing here computes a training step."""
