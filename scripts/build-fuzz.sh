#!/usr/bin/env bash
# Builds the fuzzer with the address sanitizer, and C with the sanitizer of undefined behaviour too; Swift has no such
# sanitizer here, and traps by itself on overflow and bounds. Prints the path of the binary.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --sanitize address --scratch-path .build/sanitized --product fuzz -Xswiftc -enable-testing \
  -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined -Xswiftc -Xclang-linker -Xswiftc -fsanitize=undefined >&2
echo .build/sanitized/release/fuzz
