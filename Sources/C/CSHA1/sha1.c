#include "CSHA1.h"

#include <string.h>

static uint32_t rotated(uint32_t word, int by) { return word << by | word >> (32 - by); }

static uint32_t big_endian(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// FIPS 180-4, section 6.1.2, with the schedule of section 6.1.3, which stores sixteen words.
static void compress_plainly(uint32_t state[5], const uint8_t *blocks, size_t count) {
  for (; count > 0; count--, blocks += 64) {
    uint32_t w[16];
    for (int i = 0; i < 16; i++) w[i] = big_endian(blocks + 4 * i);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
#define WORD(i) \
  ((i) < 16 ? w[i] : (w[(i) & 15] = rotated(w[((i) + 13) & 15] ^ w[((i) + 8) & 15] ^ w[((i) + 2) & 15] ^ w[(i) & 15], 1)))
#define ROUND(i, f, k) \
  { uint32_t next = rotated(a, 5) + (f) + e + (k) + WORD(i); e = d; d = c; c = rotated(b, 30); b = a; a = next; }
#pragma clang loop unroll(full)
    for (int i = 0; i < 20; i++) ROUND(i, d ^ (b & (c ^ d)), 0x5a827999)
#pragma clang loop unroll(full)
    for (int i = 20; i < 40; i++) ROUND(i, b ^ c ^ d, 0x6ed9eba1)
#pragma clang loop unroll(full)
    for (int i = 40; i < 60; i++) ROUND(i, (b & c) | (d & (b | c)), 0x8f1bbcdc)
#pragma clang loop unroll(full)
    for (int i = 60; i < 80; i++) ROUND(i, b ^ c ^ d, 0xca62c1d6)
#undef ROUND
#undef WORD
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
}

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)

#include <immintrin.h>
#include <sys/platform/x86.h>

// The SHA extensions of x86-64 (Intel, Intrinsics Guide: _mm_sha1rnds4_epu32 and related), four rounds at once.
__attribute__((target("sha,sse4.1,ssse3")))
static void compress_by_processor(uint32_t state[5], const uint8_t *blocks, size_t count) {
  const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
  __m128i last = _mm_set_epi32((int)state[4], 0, 0, 0);
  for (; count > 0; count--, blocks += 64) {
    const __m128i abcd_before = abcd, e_before = last;
    __m128i w[4], e, before = abcd;
#define WORDS(i) \
  ((i) < 4 ? (w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * (i))), reversed)) \
           : (w[(i) & 3] = _mm_sha1msg2_epu32( \
                  _mm_xor_si128(_mm_sha1msg1_epu32(w[(i) & 3], w[((i) + 1) & 3]), w[((i) + 2) & 3]), w[((i) + 3) & 3])))
#define FOUR(i, kind) \
  { e = (i) == 0 ? _mm_add_epi32(last, WORDS(i)) : _mm_sha1nexte_epu32(before, WORDS(i)); \
    before = abcd; abcd = _mm_sha1rnds4_epu32(abcd, e, kind); }
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) FOUR(i, 0)
#pragma clang loop unroll(full)
    for (int i = 5; i < 10; i++) FOUR(i, 1)
#pragma clang loop unroll(full)
    for (int i = 10; i < 15; i++) FOUR(i, 2)
#pragma clang loop unroll(full)
    for (int i = 15; i < 20; i++) FOUR(i, 3)
#undef FOUR
#undef WORDS
    last = _mm_sha1nexte_epu32(before, e_before);
    abcd = _mm_add_epi32(abcd, abcd_before);
  }
  _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
  state[4] = (uint32_t)_mm_extract_epi32(last, 3);
}

static void compress(uint32_t state[5], const uint8_t *blocks, size_t count) {
  // libc queried the processor at its start. In a virtual machine each further CPUID costs microseconds.
  if (CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSSE3) && CPU_FEATURE_ACTIVE(SSE4_1))
    compress_by_processor(state, blocks, count);
  else
    compress_plainly(state, blocks, count);
}

#else

static void compress(uint32_t state[5], const uint8_t *blocks, size_t count) { compress_plainly(state, blocks, count); }

#endif

void readiness_sha1_begin(readiness_sha1 *sum) {
  const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  memcpy(sum->state, start, sizeof start);
  sum->count = 0;
}

void readiness_sha1_add(readiness_sha1 *sum, const void *bytes, size_t count) {
  const uint8_t *at = bytes;
  size_t held = sum->count & 63;
  sum->count += count;
  if (held > 0) {
    size_t taken = count < 64 - held ? count : 64 - held;
    if (taken > 0) memcpy(sum->block + held, at, taken);
    at += taken, count -= taken;
    if (held + taken < 64) return;
    compress(sum->state, sum->block, 1);
  }
  if (count >= 64) compress(sum->state, at, count / 64);
  if (count & 63) memcpy(sum->block, at + (count & ~(size_t)63), count & 63);
}

void readiness_sha1_end(readiness_sha1 *sum, uint8_t digest[20]) {
  const uint64_t bits = sum->count * 8;
  size_t held = sum->count & 63;
  sum->block[held++] = 0x80;
  if (held > 56) {
    memset(sum->block + held, 0, 64 - held);
    compress(sum->state, sum->block, 1);
    held = 0;
  }
  memset(sum->block + held, 0, 56 - held);
  for (int i = 0; i < 8; i++) sum->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
  compress(sum->state, sum->block, 1);
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(sum->state[i / 4] >> (24 - 8 * (i % 4)));
}
