#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,bmi")))

AVX512 static inline __m512i table(const uint8_t *bytes) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)bytes));
}

AVX512 size_t sekisho_find_pairs_avx512(const uint8_t *bytes, size_t count, size_t from,
                                        size_t limit, const uint8_t *tables, uint32_t *positions,
                                        size_t capacity, size_t *found) {
  const __m512i first_low = table(tables), first_high = table(tables + 16);
  const __m512i second_low = table(tables + 32), second_high = table(tables + 48);
  const __m512i low_bits = _mm512_set1_epi8(15);
  size_t kept = 0;
  size_t at = from;
  // The second load of a step ends one byte after the step's 64.
  while (at + 65 <= count && at + 64 <= limit && kept + SEKISHO_PAIR_SLACK <= capacity) {
    __m512i first = _mm512_loadu_si512(bytes + at), second = _mm512_loadu_si512(bytes + at + 1);
    __m512i low = _mm512_and_si512(
        _mm512_shuffle_epi8(first_low, _mm512_and_si512(first, low_bits)),
        _mm512_shuffle_epi8(second_low, _mm512_and_si512(second, low_bits)));
    __m512i high = _mm512_and_si512(
        _mm512_shuffle_epi8(first_high, _mm512_and_si512(_mm512_srli_epi16(first, 4), low_bits)),
        _mm512_shuffle_epi8(second_high,
                            _mm512_and_si512(_mm512_srli_epi16(second, 4), low_bits)));
    uint64_t bits = _mm512_test_epi8_mask(low, high);
    while (bits) {
      positions[kept++] = (uint32_t)(at + (size_t)__builtin_ctzll(bits));
      bits &= bits - 1;
    }
    at += 64;
  }
  *found = kept;
  return at;
}
#endif
