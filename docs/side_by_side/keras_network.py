"""The network in Keras: run it with KERAS_BACKEND=jax and JAX_ENABLE_X64=1."""

import keras
from start import X, Y, biases, weights

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax")]
)
for layer, W, b in zip(model.layers, weights, biases, strict=True):
    layer.set_weights([W, b])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="categorical_crossentropy")
print(f"loss before: {model.evaluate(X, Y, verbose=0, batch_size=30):.12f}")

model.fit(X, Y, epochs=20, batch_size=10, shuffle=False, verbose=0)
print(f"loss after: {model.evaluate(X, Y, verbose=0, batch_size=30):.12f}")
print(f"a weight: {model.layers[0].get_weights()[0][0, 0]:.12f}")
print("a row:", " ".join(f"{p:.12f}" for p in model.predict(X[:1], verbose=0)[0]))
