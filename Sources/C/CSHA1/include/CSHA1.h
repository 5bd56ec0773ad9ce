#ifndef READINESS_CSHA1_H
#define READINESS_CSHA1_H

#include <stddef.h>
#include <stdint.h>

/// SHA-1 (FIPS 180-4, section 6.1) over chunks of bytes. Git computes object ids with it, and a version 5 UUID uses
/// it.
typedef struct {
  uint32_t state[5];
  uint64_t count;
  uint8_t block[64];
} readiness_sha1;

void readiness_sha1_begin(readiness_sha1 *sum);
void readiness_sha1_add(readiness_sha1 *sum, const void *bytes, size_t count);
void readiness_sha1_end(readiness_sha1 *sum, uint8_t digest[20]);

#endif
