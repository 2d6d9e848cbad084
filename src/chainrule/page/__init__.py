"""The local page: a step of backpropagation in the browser, live."""
