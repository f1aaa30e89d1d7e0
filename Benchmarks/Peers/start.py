"""What a workload starts from: the file that `ranvier bench WORKLOAD --trace FILE` writes.

All frameworks begin with the same weights and see the same input, so that they do the same work. It
is a safetensors file: 8 bytes with the length of the header, the header in JSON, the arrays.
"""
import json
from dataclasses import dataclass

import numpy as np

TYPES = {"F32": np.float32, "U8": np.uint8, "I64": np.int64}


def read_safetensors(path):
    """The arrays by name, and the text by key."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        begin = file.tell()
        metadata = header.pop("__metadata__", {})
        arrays = {}
        for name, entry in header.items():
            first, last = entry["data_offsets"]
            file.seek(begin + first)
            arrays[name] = np.frombuffer(file.read(last - first), TYPES[entry["dtype"]]).reshape(
                entry["shape"])
    return arrays, metadata


@dataclass
class Start:
    """Weights, input, labels, and the losses that Ranvier went through from here."""

    weights: dict
    input: np.ndarray
    labels: np.ndarray
    losses: np.ndarray

    @classmethod
    def read(cls, path):
        arrays, _ = read_safetensors(path)
        return cls(
            weights={key: value for key, value in arrays.items() if "." in key},
            input=arrays["input"].astype(np.float32),
            labels=arrays.get("labels"),
            losses=arrays.get("losses"))

    def linear(self, layer):
        """Weights `[inputs, outputs]` and bias `[outputs]` of a linear layer."""
        return self.weights[f"{layer}.weights"], self.weights[f"{layer}.bias"]

    def convolution(self, layer):
        """Weights `[height, width, inputs, outputs]` and bias `[outputs]` of a convolution."""
        return self.linear(layer)

    def recurrence(self, layer):
        """Weights `[from, to]` among the neurons of a layer."""
        return self.weights[f"{layer}.weights"]
