"""What is timed."""
from dataclasses import dataclass
from typing import Callable


@dataclass
class Work:
    """`step()` is one timed unit of `samples` samples; where there is a loss, it is returned."""

    step: Callable
    samples: int
