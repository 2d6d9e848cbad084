"""Training: the loop around the steps, whichever engine takes them."""
