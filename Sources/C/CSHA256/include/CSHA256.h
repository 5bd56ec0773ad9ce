#ifndef READINESS_CSHA256_H
#define READINESS_CSHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// True where the processor has instructions for SHA-256, and this library knows them.
bool readiness_sha256_is_built_in(void);

/// FIPS 180-4, section 6.2.2, for whole blocks of 64 bytes, with the constants of section 4.2.2; only where the processor
/// can.
void readiness_sha256_compress(
    uint32_t state[8], const uint32_t constants[64], const uint8_t *blocks, size_t count);

#endif
