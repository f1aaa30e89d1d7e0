#!/usr/bin/env bash
# The tests under sanitisers, which end a test run at what they find.
#
#   Scripts/sanitize.sh            every test twice: kernels for all processor levels, then for the lowest level with the
#                                  matrix units in plain C, so that no kernel is left out on any processor
#   Scripts/sanitize.sh sample     the floors that hold pointers and kernels, once; what continuous integration runs
#   Scripts/sanitize.sh threads    the same floors under the thread sanitiser
#
# C is looked at by the address and the undefined-behaviour sanitiser, Swift by the address sanitiser (its own arithmetic
# traps in every build); leaks are told at the end. Blocks in Ranvier's memory pool are out of bounds until they are handed
# out, and beyond what was asked for.
set -euo pipefail
cd "$(dirname "$0")/.."

# What is still allocated at the end and reached by nobody is a finding, too, but for what the test framework keeps.
ignored=$(mktemp)
trap 'rm -f "$ignored"' EXIT
echo 'leak:libXCTest' > "$ignored"
export ASAN_OPTIONS=detect_leaks=1
export LSAN_OPTIONS=suppressions=$ignored:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1

# tests FOLDER SANITIZER [options of the build]
tests() {
    local folder=$1 sanitizer=$2
    shift 2
    swift test --scratch-path "$folder" --sanitize "$sanitizer" \
        -Xcc -O1 -Xcc -fno-omit-frame-pointer "$@"
}

undefined=(-Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)

case "${1:-all}" in
all)
    tests .build-sanitized address "${undefined[@]}"
    tests .build-sanitized-lowest address "${undefined[@]}" \
        -Xcc -DRNV_ONE_LEVEL -Xcc -DRNV_EMULATED_TILES
    ;;
sample)
    export RANVIER_FLOORS=lower
    # Looking for leaks takes the right to trace processes, which containers often lack.
    export ASAN_OPTIONS=detect_leaks=0
    tests .build-sanitized-lower address "${undefined[@]}"
    ;;
threads)
    export RANVIER_FLOORS=lower
    tests .build-sanitized-threads thread
    ;;
*)
    echo "usage: Scripts/sanitize.sh [sample | threads]" >&2
    exit 2
    ;;
esac
