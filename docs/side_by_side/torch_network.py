"""The network in PyTorch."""

import torch
from start import X, Y, biases, weights
from torch import nn

torch.set_default_dtype(torch.float64)
X, Y = torch.tensor(X), torch.tensor(Y)
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
with torch.no_grad():
    for layer, W, b in zip((net[0], net[2]), weights, biases, strict=True):
        layer.weight[:] = torch.tensor(W.T)
        layer.bias[:] = torch.tensor(b)
loss = nn.CrossEntropyLoss()
print(f"loss before: {loss(net(X), Y).item():.12f}")

optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for _ in range(20):
    for start in range(0, 30, 10):
        optimizer.zero_grad()
        loss(net(X[start : start + 10]), Y[start : start + 10]).backward()
        optimizer.step()
print(f"loss after: {loss(net(X), Y).item():.12f}")
print(f"a weight: {net[0].weight[0, 0].item():.12f}")
print("a row:", " ".join(f"{p:.12f}" for p in net(X[:1]).softmax(dim=1)[0].tolist()))
