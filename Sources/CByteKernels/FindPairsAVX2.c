#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

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

/// Appends the places of a block's bits; four are written at least.
AVX2 static inline size_t append(uint64_t bits, size_t at, uint32_t *positions) {
  size_t some = (size_t)__builtin_popcountll(bits);
  size_t done = 0;
  // Without a bit left the count is 64: a place like any other, and not counted.
  do {
    for (int step = 0; step < 4; step++) {
      positions[done++] = (uint32_t)(at + _tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
  } while (__builtin_expect(done < some, 0));
  return some;
}

AVX2 size_t sekisho_find_pairs_avx2(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                                    const uint8_t *tables, uint32_t *positions, size_t capacity,
                                    size_t *found) {
  const __m256i first_low = table(tables), first_high = table(tables + 16);
  const __m256i second_low = table(tables + 32), second_high = table(tables + 48);
  // The second load of a step ends one byte after the step's 64.
  size_t end = limit < count - (count > 0) ? limit : count - (count > 0);
  size_t kept = 0;
  size_t at = from;
  int are_rare = 1;
  while (at + 64 <= end && kept + SEKISHO_PAIR_SLACK <= capacity) {
    size_t stop = end - at < SEKISHO_PAIR_STRETCH ? end : at + SEKISHO_PAIR_STRETCH;
    size_t before = kept;
    for (; at + 64 <= stop && kept + SEKISHO_PAIR_SLACK <= capacity; at += 64) {
      sekisho_prefetch_behind(bytes + at);
      uint64_t bits =
          pairs(bytes + at, first_low, first_high, second_low, second_high) |
          (uint64_t)pairs(bytes + at + 32, first_low, first_high, second_low, second_high) << 32;
      // Where whether a block holds one is a coin's toss, nothing branches on it.
      if (are_rare && !bits) continue;
      kept += append(bits, at, positions + kept);
    }
    are_rare = kept - before < SEKISHO_PAIR_STRETCH / 64 / 16;
  }
  *found = kept;
  return at;
}
#endif
