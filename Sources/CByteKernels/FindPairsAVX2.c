#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi")))

/// One bit for each of 32 bytes: whether it and its neighbour are of one group.
AVX2 static inline uint32_t pairs(const uint8_t *bytes, __m256i first_low, __m256i first_high,
                                  __m256i second_low, __m256i second_high) {
  const __m256i low_bits = _mm256_set1_epi8(15);
  __m256i first = _mm256_loadu_si256((const __m256i *)bytes);
  __m256i second = _mm256_loadu_si256((const __m256i *)(bytes + 1));
  __m256i groups = _mm256_and_si256(
      _mm256_shuffle_epi8(first_low, _mm256_and_si256(first, low_bits)),
      _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(first, 4), low_bits)));
  groups = _mm256_and_si256(
      groups, _mm256_shuffle_epi8(second_low, _mm256_and_si256(second, low_bits)));
  groups = _mm256_and_si256(
      groups,
      _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(second, 4), low_bits)));
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
}

AVX2 static inline __m256i table(const uint8_t *bytes) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)bytes));
}

AVX2 size_t sekisho_find_pairs_avx2(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                                    const uint8_t *tables, uint32_t *positions, size_t capacity,
                                    size_t *found) {
  const __m256i first_low = table(tables), first_high = table(tables + 16);
  const __m256i second_low = table(tables + 32), second_high = table(tables + 48);
  size_t kept = 0;
  size_t at = from;
  // The second load of a step ends one byte after the step's 64.
  while (at + 65 <= count && at + 64 <= limit && kept + SEKISHO_PAIR_SLACK <= capacity) {
    uint64_t bits =
        pairs(bytes + at, first_low, first_high, second_low, second_high) |
        (uint64_t)pairs(bytes + at + 32, first_low, first_high, second_low, second_high) << 32;
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
