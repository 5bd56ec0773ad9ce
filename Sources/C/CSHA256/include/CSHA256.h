#ifndef READINESS_CSHA256_H
#define READINESS_CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Returns true if the processor has SHA-256 instructions that this library supports.
bool readiness_sha256_is_built_in(void);

/// Compresses whole blocks of 64 bytes (FIPS 180-4, section 6.2.2, with the constants of section 4.2.2). Requires
/// readiness_sha256_is_built_in.
void readiness_sha256_compress(
    uint32_t state[8], const uint32_t constants[64], const uint8_t *blocks, size_t count);

#endif
