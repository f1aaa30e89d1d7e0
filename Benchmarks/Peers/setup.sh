#!/usr/bin/env bash
# Makes the Python environments of the other frameworks in $PEERS (.peers/ in the project if not set):
#   torch/  PyTorch for CPU, snnTorch, SpikingJelly, Norse
#   jax/    JAX for CPU, Spyx
#   tables/ pandas, scikit-learn
#   neurobench/ PyTorch for CPU, NeuroBench
# All of them, or those named: `setup.sh tables`. What is there already is left alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS:-$here/../../.peers}
python=${PYTHON:-python3}
mkdir -p "$peers"
wanted=" ${*:-torch jax tables neurobench} "
for name in $wanted; do
    case $name in
    torch | jax | tables | neurobench) ;;
    *)
        echo "peers: no environment '$name'; expected some of torch, jax, tables, neurobench" >&2
        exit 2
        ;;
    esac
done

# An environment is complete when its mark is there; a broken attempt is made anew.
environment() { # NAME
    [[ $wanted == *" $1 "* ]] || return 1
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

if environment tables; then
    pip tables install --requirement "$here/requirements/tables.txt"
    touch "$peers/tables/.complete"
fi

if environment neurobench; then
    pip neurobench install "torch==2.13.0+cpu" 2> /dev/null ||
        pip neurobench install --extra-index-url "https://download.pytorch.org/whl/cpu" "torch==2.13.0+cpu"
    pip neurobench install numpy==2.4.6 tqdm==4.70.1
    pip neurobench install --no-deps --requirement "$here/requirements/neurobench.txt"
    touch "$peers/neurobench/.complete"
fi

# Only on AMD: see the source.
if [[ $wanted == *" torch "* ]] && grep --quiet AuthenticAMD /proc/cpuinfo 2> /dev/null && [ ! -f "$peers/mkl_on_amd.so" ]; then
    cc -shared -fPIC -o "$peers/mkl_on_amd.so" "$here/mkl_on_amd.c"
fi
