"""A backward pass as a student might hand it in; one of its lines is wrong."""

import numpy as np


def sigmoid(z):
    """Return the activation."""
    return 1 / (1 + np.exp(-z))


def forward(X, W1, b1, W2, b2):
    """Go forwards."""
    Z1 = X @ W1 + b1
    A1 = sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    A2 = sigmoid(Z2)
    return Z1, A1, Z2, A2


def backward(X, Y, W2, A1, A2):
    """Return the gradients."""
    m = X.shape[0]
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2 = A1.T @ dZ2 / m
    db2 = dZ2.sum(axis=0) / m
    dA1 = dZ2 @ W2.T
    dZ1 = dA1
    dW1 = X.T @ dZ1 / m
    db1 = dZ1.sum(axis=0) / m
    return dW1, db1, dW2, db2
