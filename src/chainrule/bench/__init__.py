"""How fast training is, beside scikit-learn, PyTorch and JAX: the same work, in one run, in turns."""
