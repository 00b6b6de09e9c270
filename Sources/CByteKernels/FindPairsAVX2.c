#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

/// The tables of eight groups, in registers.
typedef struct {
  __m256i first_low, first_high, second_low, second_high;
} pair_tables;

/// The groups of 32 pairs, by the halves of their bytes.
AVX2 static inline __m256i groups_of(const pair_tables *tables, __m256i first_low,
                                     __m256i first_high, __m256i second_low, __m256i second_high) {
  return _mm256_and_si256(
      _mm256_and_si256(_mm256_shuffle_epi8(tables->first_low, first_low),
                       _mm256_shuffle_epi8(tables->first_high, first_high)),
      _mm256_and_si256(_mm256_shuffle_epi8(tables->second_low, second_low),
                       _mm256_shuffle_epi8(tables->second_high, second_high)));
}

/// One bit for each of 32 bytes: whether it and its neighbour are of one group.
AVX2 static inline uint32_t pairs(const uint8_t *bytes, const pair_tables *tables,
                                  const pair_tables *more) {
  const __m256i low_bits = _mm256_set1_epi8(15);
  const __m256i first = _mm256_loadu_si256((const __m256i *)bytes),
                second = _mm256_loadu_si256((const __m256i *)(bytes + 1));
  const __m256i first_low = _mm256_and_si256(first, low_bits),
                first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), low_bits),
                second_low = _mm256_and_si256(second, low_bits),
                second_high = _mm256_and_si256(_mm256_srli_epi16(second, 4), low_bits);
  __m256i groups = groups_of(tables, first_low, first_high, second_low, second_high);
  if (more) {
    groups =
        _mm256_or_si256(groups, groups_of(more, first_low, first_high, second_low, second_high));
  }
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
}

AVX2 static inline __m256i table(const uint8_t *bytes) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)bytes));
}

/// Appends the places of a block's bits; writes at least four.
AVX2 static inline size_t append(uint64_t bits, size_t at, uint32_t *positions) {
  size_t some = (size_t)__builtin_popcountll(bits);
  size_t done = 0;
  // With no bit left `_tzcnt_u64` gives 64: a place is written all the same, but not counted.
  do {
    for (int step = 0; step < 4; step++) {
      positions[done++] = (uint32_t)(at + _tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
  } while (__builtin_expect(done < some, 0));
  return some;
}

AVX2 static inline pair_tables tables_at(const uint8_t *bytes) {
  return (pair_tables){table(bytes), table(bytes + 16), table(bytes + 32), table(bytes + 48)};
}

/// Inlined twice: with further groups and without.
AVX2 static inline __attribute__((always_inline)) size_t
find(const uint8_t *bytes, size_t count, size_t from, size_t limit, const uint8_t *tables,
     const uint8_t *more, uint32_t *positions, size_t capacity, size_t *found) {
  const pair_tables wanted = tables_at(tables), further = tables_at(more ? more : tables);
  const pair_tables *const others = more ? &further : 0;
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
      uint64_t bits = pairs(bytes + at, &wanted, others) |
                      (uint64_t)pairs(bytes + at + 32, &wanted, others) << 32;
      // Where pairs are not rare, whether a block holds one is a coin's toss, so nothing branches
      // on it.
      if (are_rare && !bits) continue;
      kept += append(bits, at, positions + kept);
    }
    are_rare = kept - before < SEKISHO_PAIR_STRETCH / 64 / 16;
  }
  *found = kept;
  return at;
}

AVX2 size_t sekisho_find_pairs_avx2(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                                    const uint8_t *tables, const uint8_t *more,
                                    uint32_t *positions, size_t capacity, size_t *found) {
  return more ? find(bytes, count, from, limit, tables, more, positions, capacity, found)
              : find(bytes, count, from, limit, tables, 0, positions, capacity, found);
}
#endif
