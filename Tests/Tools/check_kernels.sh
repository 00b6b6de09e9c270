#!/bin/sh
# Checks the kernels of CByteKernels without the rest of the package: natively, under the undefined
# behaviour and address sanitizers, and, where a cross compiler and an emulator are installed
# (gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user-static), those for AArch64.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernels="$here/../../Sources/CByteKernels"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
clang=${CLANG:-clang}
flags="-O2 -Wall -Wextra -I$kernels/include -I$kernels"
# shellcheck disable=SC2086
$clang $flags -o "$out/native" "$here/check_kernels.c" "$here/check_lookups.c" "$kernels"/*.c
"$out/native" "${1:-200000}"
$clang $flags -g -fsanitize=undefined,address -fno-sanitize-recover=all \
  -o "$out/sanitized" "$here/check_kernels.c" "$here/check_lookups.c" "$kernels"/*.c
"$out/sanitized" "${1:-50000}"
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64-static >/dev/null; then
  # The same compiler with the other's libraries.
  # shellcheck disable=SC2086
  $clang --target=aarch64-linux-gnu -static $flags \
    -o "$out/aarch64" "$here/check_kernels.c" "$here/check_lookups.c" "$kernels"/*.c
  qemu-aarch64-static "$out/aarch64" "${1:-20000}"
else
  echo "the kernels for AArch64 were not checked: no cross compiler or emulator"
fi
