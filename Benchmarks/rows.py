"""The rows of the comparison: workloads, what they are called, and what was aimed at."""
from dataclasses import dataclass

USERS = ("snntorch", "spikingjelly", "norse", "spyx")
OPTIMIZED = ("torch", "torch_opt", "torch_compile", "jax", "jax_unrolled")
WITHOUT_JAX = ("W3", "W4")  # not written for JAX and Spyx


@dataclass(frozen=True)
class Row:
    """One line of the table: our arguments, and the ratios aimed at against P and O."""

    name: str
    what: str
    arguments: tuple
    target_users: float
    target_optimized: float


@dataclass(frozen=True)
class Group:
    """Rows that are compared with the same runs of the other frameworks."""

    workload: str
    start: tuple  # our arguments for the file that all frameworks start from
    rows: tuple

    @property
    def frameworks(self):
        names = USERS + OPTIMIZED
        if self.workload in WITHOUT_JAX:
            names = tuple(n for n in names if not n.startswith("jax") and n != "spyx")
        return names


LAYER = "Linear(n, n) + LIF, B 16, T 500, forward and backward"


def single(name, what, users, optimized):
    return Group(name, (), (Row(name, what, (), users, optimized),))


GROUPS = (
    Group("W1", ("--n", "512"), (
        Row("W1 n=512", LAYER, ("--n", "512"), 2.5, 1.2),
        Row("W1s 1 %", LAYER + ", binary input", ("--n", "512", "--density", "0.01"), 15, 8),
        Row("W1s 5 %", LAYER + ", binary input", ("--n", "512", "--density", "0.05"), 6, 3),
        Row("W1s 10 %", LAYER + ", binary input", ("--n", "512", "--density", "0.1"), 4, 2),
    )),
    Group("W1", ("--n", "1024"), (Row("W1 n=1024", LAYER, ("--n", "1024"), 2.7, 1.4),)),
    single("W2", "784-1000-10, T 25, B 128, direct coding, training step", 15, 2),
    single("W3", "convolutional network, T 8, B 64, training step", 3.5, 2.2),
    single("W4", "spiking ResNet-20, 3x32x32, T 4, B 32, training step", 2.1, 2),
    single("W5", "recurrent 700-256-20, T 100, B 256, events, training step", 6, 4),
    single("W6", "700-256-256-20, T 100, one sample at 1 % input, latency", 25, 5),
)


def chosen(names):
    """The groups with the rows that were asked for: `W1` means all of W1 and W1s."""
    if not names:
        return GROUPS
    groups = [g for g in GROUPS if g.workload in names]
    unknown = set(names) - {g.workload for g in GROUPS}
    if unknown:
        raise SystemExit(
            f"compare: unknown workload '{sorted(unknown)[0]}'; expected some of "
            + ", ".join(sorted({g.workload for g in GROUPS})))
    return groups
