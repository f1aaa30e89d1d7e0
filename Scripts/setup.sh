#!/usr/bin/env bash
# Checks what Ranvier needs to build, and installs Debian packages that are missing.
# Does nothing, and needs no network, where all is there.
#     setup.sh           what the build needs
#     setup.sh device    compilers and emulators of microcontrollers, too, for exported networks
set -euo pipefail

needed_swift="6.2"
packages=(libdnnl-dev libpng-dev libsqlite3-dev zlib1g-dev)

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

for word in "$@"; do
    case $word in
    device)
        packages+=(gcc-arm-none-eabi qemu-system-arm gcc-riscv64-unknown-elf qemu-system-misc)
        command -v gcc > /dev/null || packages+=(gcc libc6-dev)
        command -v clang > /dev/null || packages+=(clang)
        ;;
    *) fail "no such part: '$word'; expected device, or nothing." ;;
    esac
done

# --- Swift ---------------------------------------------------------------------------------------

command -v swift > /dev/null || fail \
    "no Swift toolchain found; Ranvier needs Swift $needed_swift or later." \
    "Get it from https://www.swift.org/install and put its usr/bin folder into PATH."
found_swift=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
oldest=$(printf '%s\n' "$needed_swift" "${found_swift:-0}" | sort -V | head -n 1)
[ "$oldest" = "$needed_swift" ] || fail \
    "expected Swift $needed_swift or later, found ${found_swift:-an unknown version}." \
    "Get a later one from https://www.swift.org/install."

# --- Libraries -----------------------------------------------------------------------------------

if ! command -v dpkg-query > /dev/null; then
    [ "$(uname)" = Darwin ] && hint="brew install onednn libpng" || hint="install oneDNN, libpng, SQLite and zlib with their headers"
    echo "setup: not a Debian system, so nothing is installed; if the build lacks a library: $hint" >&2
    [ $# -eq 0 ] || echo "setup: for exported networks: arm-none-eabi-gcc, riscv64-unknown-elf-gcc, QEMU for both" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    elevate=()
elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
    elevate=(sudo -n)
else
    fail "these packages are missing, and this user may not install them: ${missing[*]}" \
        "Run this, then try again:" \
        "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
fi

echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${elevate[@]}" apt-get update --quiet=2 || fail "apt-get update failed; is there a network?"
"${elevate[@]}" apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}" > /dev/null ||
    fail "the packages could not be installed: ${missing[*]}"
