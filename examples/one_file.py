"""Backpropagation in one file: a dense network, nothing but NumPy, written to be read.

It is the minimal, plain form of what chainrule does: forward, backward, gradient descent, and the
check of the gradient. It leaves out everything else. Run it: the network of Matt Mazur's example
takes one step, is checked, and learns.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


class NeuronLayer:
    """The weights and biases of one layer, and what it last computed."""

    def __init__(self, W, b, f=sigmoid, f_derivative=sigmoid_derivative):
        self.W = np.array(W, dtype=float)  # (inputs, neurons): W[i, j] leads from input i to neuron j
        self.b = np.array(b, dtype=float)  # (neurons,)
        self.f, self.f_derivative = f, f_derivative

    def forward(self, A):
        self.inputs = A  # (examples, inputs)
        self.net = A @ self.W + self.b  # (examples, neurons)
        self.out = self.f(self.net)  # (examples, neurons)
        return self.out

    def gradients(self, delta):
        """From delta = dE/dnet, (examples, neurons), to the gradients of this layer's W and b."""
        self.dW = self.inputs.T @ delta  # (inputs, neurons), as W
        self.db = delta.sum(axis=0)  # (neurons,), as b


class NeuralNetwork:
    """Layers in a row; the error is half the squared difference, summed over the outputs."""

    def __init__(self, layers, train_biases=True):
        self.layers, self.train_biases = layers, train_biases

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def error(self, X, targets):
        """The mean over the examples of each one's error."""
        return np.sum((self.forward(X) - targets) ** 2) / 2 / len(X)

    def backward(self, X, targets):
        """All derivatives, from the last layer to the first; no weight is changed meanwhile."""
        # Forwards:  out = f(net),  E = (out - target)^2 / 2
        last = self.layers[-1]
        delta = (self.forward(X) - targets) * last.f_derivative(last.net) / len(X)
        last.gradients(delta)
        for layer, following in zip(self.layers[-2::-1], self.layers[:0:-1], strict=True):
            # Forwards:  net of the following layer = out of this layer @ W + b
            delta = (delta @ following.W.T) * layer.f_derivative(layer.net)
            layer.gradients(delta)

    def gradient_descent(self, X, targets, learning_rate, rounds=1):
        """Change every weight a little against its gradient: only after all of them are known."""
        for _ in range(rounds):
            self.backward(X, targets)
            for layer in self.layers:
                layer.W -= learning_rate * layer.dW
                if self.train_biases:
                    layer.b -= learning_rate * layer.db

    def check_gradient(self, X, targets, h=1e-6):
        """The largest difference between a gradient and (E(w + h) - E(w - h)) / 2h, over all w and b."""
        self.backward(X, targets)
        worst = 0.0
        for layer in self.layers:
            for values, gradient in ((layer.W, layer.dW), (layer.b, layer.db)):
                for place in np.ndindex(values.shape):
                    kept = values[place]
                    values[place] = kept + h
                    above = self.error(X, targets)
                    values[place] = kept - h
                    below = self.error(X, targets)
                    values[place] = kept
                    worst = max(worst, abs((above - below) / (2 * h) - gradient[place]))
        return worst


def example():
    """Mazur's network, whose biases stay as they are; W is written with one row for each input."""
    hidden = NeuronLayer([[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35])
    output = NeuronLayer([[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60])
    return NeuralNetwork([hidden, output], train_biases=False)


if __name__ == "__main__":
    X, targets = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    network = example()
    print("outputs     ", network.forward(X)[0])
    print("error       ", network.error(X, targets))
    print("gradients   ", "right to", network.check_gradient(X, targets))
    print("dE/dw5      ", network.layers[1].dW[0, 0])
    network.gradient_descent(X, targets, learning_rate=0.5)
    print("w5 after    ", network.layers[1].W[0, 0])
    print("error after ", network.error(X, targets))
    network.gradient_descent(X, targets, learning_rate=0.5, rounds=9_999)
    print("after 10,000", network.error(X, targets))
