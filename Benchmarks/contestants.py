"""Running Ranvier and the other frameworks: each prepared once, timed when asked."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).resolve().parent / "Peers" / "measure.py"
JAX = ("jax", "jax_unrolled", "spyx")


class Missing(Exception):
    """Something could not be run, and why."""


class Ranvier:
    def __init__(self, command, threads, prioritize):
        self.command, self.threads, self.prioritize = command, threads, prioritize

    def bench(self, workload, arguments):
        """The result of `ranvier bench` as a dictionary."""
        words = [self.command, "bench", workload, *arguments, "--json", "--quiet",
                 "--threads", str(self.threads)]
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True)
        if self.prioritize:
            set_weight(process.pid, HIGH)
        output, errors = process.communicate()
        if process.returncode:
            raise Missing(last_line(errors) or f"exit status {process.returncode}")
        return json.loads(output)


class Peer:
    """A framework with a workload in a process of its own; see Peers/measure.py."""

    def __init__(self, framework, workload, start, options):
        self.framework, self.prioritize, folder = framework, options.priority, options.peers
        environment = dict(os.environ, TORCHINDUCTOR_CACHE_DIR=str(folder / "inductor"))
        name = framework.removesuffix(ON_AMD)
        if name != framework:
            environment["LD_PRELOAD"] = str(folder / "mkl_on_amd.so")
        python = folder / ("jax" if name in JAX else "torch") / "bin" / "python"
        if not python.exists():
            raise Missing(f"no environment at {python.parents[1]}; run Peers/setup.sh")
        words = [python, SCRIPT, workload, name, "--threads", str(options.threads)]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            words + (["--start", start] if start else []), env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True)
        self.version = self.answer()["version"]

    def measure(self, seconds, runs):
        """Wall seconds of each run, and the peak memory of the process so far."""
        if self.prioritize:
            set_weight(self.process.pid, HIGH)
        try:
            self.process.stdin.write(f"{seconds} {runs}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer says why
        answer = self.answer()
        if self.prioritize:
            set_weight(self.process.pid, USUAL)
        return answer["seconds"], answer["peakResidentBytes"]

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.errors.seek(0)
        raise Missing(last_line(self.errors.read()) or "it ended without a word")

    def end(self):
        self.process.kill()
        self.process.wait()


ON_AMD = "+avx512"  # PyTorch whose MKL was told to use AVX-512; see Peers/mkl_on_amd.c


def is_amd():
    try:
        return "AuthenticAMD" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


# Linux gives each session a share of the processor; this raises the one of a session while it is
# timed, so that other work on the machine counts less.
HIGH, USUAL = -19, 0


def set_weight(process, weight):
    try:
        Path(f"/proc/{process}/autogroup").write_text(str(weight))
    except OSError:
        pass


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
