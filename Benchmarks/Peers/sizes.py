"""Sizes of the workloads, the same as in `ranvier bench`."""

LIF_LAYER = dict(steps=500, batch=16, beta=0.95)
PERCEPTRON = dict(steps=25, batch=128, layers=(784, 1000, 10), beta=0.95, rate=5e-4)
CONVOLUTIONAL = dict(steps=8, batch=64, beta=0.5, rate=1e-3)
RESNET = dict(steps=4, batch=32, beta=0.5, rate=1e-3)
RECURRENT = dict(steps=100, batch=256, layers=(700, 256, 20), beta=0.95, rate=1e-3)
LATENCY = dict(steps=100, layers=(700, 256, 256, 20), beta=0.95)
