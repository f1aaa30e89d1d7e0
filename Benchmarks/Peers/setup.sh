#!/usr/bin/env bash
# Makes the Python environments of the other frameworks in $PEERS (.peers/ in the project if not set):
#   torch/  PyTorch for CPU, snnTorch, SpikingJelly, Norse
#   jax/    JAX for CPU, Spyx
# What is there already is left alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS:-$here/../../.peers}
python=${PYTHON:-python3}
mkdir -p "$peers"

# An environment is complete when its mark is there; a broken attempt is made anew.
environment() { # NAME
    [ -f "$peers/$1/.complete" ] && return 1
    echo "peers: making $peers/$1" >&2
    "$python" -m venv --clear "$peers/$1"
}

pip() { # ENVIRONMENT ARGUMENTS…
    "$peers/$1/bin/python" -m pip --quiet --disable-pip-version-check "${@:2}"
}

if environment torch; then
    # PyTorch's own index has a build for CPU alone; PyPI's brings several gigabytes of CUDA.
    cpu="torch==2.13.0+cpu"
    pip torch install "$cpu" 2> /dev/null ||
        pip torch install --extra-index-url "https://download.pytorch.org/whl/cpu" "$cpu" ||
        echo "peers: no CPU build of PyTorch found, taking PyPI's" >&2
    pip torch install --requirement "$here/requirements/torch.txt"
    pip torch install --no-deps --requirement "$here/requirements/torch-frameworks.txt"
    touch "$peers/torch/.complete"
fi

if environment jax; then
    pip jax install --requirement "$here/requirements/jax.txt"
    touch "$peers/jax/.complete"
fi

# Only on AMD: see the source.
if grep --quiet AuthenticAMD /proc/cpuinfo 2> /dev/null && [ ! -f "$peers/mkl_on_amd.so" ]; then
    cc -shared -fPIC -o "$peers/mkl_on_amd.so" "$here/mkl_on_amd.c"
fi
