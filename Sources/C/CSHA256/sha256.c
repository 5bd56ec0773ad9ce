#include "CSHA256.h"

// The SHA extensions of x86-64 (Intel, Intrinsics Guide: _mm_sha256rnds2_epu32 and related). They store the state as
// two rows of four words, A B E F and C D G H, and compute two rounds at once.

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)

#include <immintrin.h>
#include <sys/platform/x86.h>

// libc queried the processor at its start. In a virtual machine each further CPUID costs microseconds.
bool readiness_sha256_is_built_in(void) {
  return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSSE3) && CPU_FEATURE_ACTIVE(SSE4_1);
}

__attribute__((target("sha,sse4.1,ssse3")))
void readiness_sha256_compress(
    uint32_t state[8], const uint32_t constants[64], const uint8_t *blocks, size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i abcd = _mm_loadu_si128((const __m128i *)state);
  const __m128i efgh = _mm_loadu_si128((const __m128i *)(state + 4));
  const __m128i cdab = _mm_shuffle_epi32(abcd, 0xB1);
  const __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, cdab, 0xF0);

  for (; count > 0; count--, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; i++)
      words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * i)), big_endian);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      const __m128i w = words[i % 4];
      const __m128i added = _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)(constants + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0E));
      // The four words for sixteen rounds later: w[t-16] + s0(w[t-15]) + w[t-7] + s1(w[t-2]).
      const __m128i last = words[(i + 3) % 4];
      const __m128i sum = _mm_add_epi32(
          _mm_sha256msg1_epu32(w, words[(i + 1) % 4]), _mm_alignr_epi8(last, words[(i + 2) % 4], 4));
      words[i % 4] = _mm_sha256msg2_epu32(sum, last);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool readiness_sha256_is_built_in(void) { return false; }

void readiness_sha256_compress(
    uint32_t state[8], const uint32_t constants[64], const uint8_t *blocks, size_t count) {}

#endif
