"""The network in chainrule."""

from start import X, Y, biases, weights

import chainrule as cr

net = cr.Network.dense([4, 16, 3], hidden="relu", output="softmax", loss="cross_entropy")
model = cr.Model(net, cr.Parameters.from_arrays(net, weights, biases, orientation="from_to"))
print(f"loss before: {model.loss(X, Y):.12f}")

model.fit(X, Y, optimizer=cr.GradientDescent(0.5), epochs=20, batch_size=10, shuffle=False)
print(f"loss after: {model.loss(X, Y):.12f}")
print(f"a weight: {model.parameters.W[1][0, 0]:.12f}")
print("a row:", " ".join(f"{p:.12f}" for p in model.predict(X[:1])[0]))
