#include "LookupAddresses.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt")))
#else
#define AVX2
#define AVX512
#endif

enum { FAN = SEKISHO_INTERVAL_FAN, GROUP = 64 };

/// How many of the eight numbers of a node are not above `wanted`.
INLINE uint32_t not_above(const uint8_t *node, uint64_t wanted) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < FAN; i++) sum += load64(node, i) <= wanted;
  return sum;
}

#if defined(__x86_64__)
AVX2 INLINE uint32_t not_above_avx2(const uint8_t *node, uint64_t wanted) {
  // AVX2 only compares signed numbers, so the sign bits are flipped.
  const __m256i sign = _mm256_set1_epi64x(INT64_MIN);
  __m256i right = _mm256_xor_si256(_mm256_set1_epi64x((int64_t)wanted), sign);
  __m256i low = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)node), sign);
  __m256i high = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(node + 32)), sign);
  // Each lane becomes two of sixteen bits: four bytes, all set or all clear.
  __m256i above = _mm256_packs_epi32(_mm256_cmpgt_epi64(low, right), _mm256_cmpgt_epi64(high, right));
  return FAN - (uint32_t)__builtin_popcount((uint32_t)_mm256_movemask_epi8(above)) / 4;
}

AVX512 INLINE uint32_t not_above_avx512(const uint8_t *node, uint64_t wanted) {
  __m512i numbers = _mm512_loadu_si512(node);
  return (uint32_t)__builtin_popcount(
      _mm512_cmple_epu64_mask(numbers, _mm512_set1_epi64((int64_t)wanted)));
}
#endif

// One walk for each form of `not_above`, since a function for particular instructions is only
// inlined into one for the same.
#define FIND(NAME, TARGET, COUNT)                                                                      \
  TARGET static void NAME(const sekisho_interval_table *given, const uint64_t *wanted, size_t count,  \
                          uint32_t *found) {                                                          \
    const sekisho_interval_table table = *given;                                                      \
    const uint8_t *levels = table.levels;                                                             \
    for (size_t start = 0; start < count; start += GROUP) {                                           \
      const uint64_t *group = wanted + start;                                                         \
      uint32_t size = count - start < GROUP ? (uint32_t)(count - start) : GROUP;                      \
      uint32_t nodes[GROUP] = {0};                                                                    \
      /* A level of all before the next of any, so that their loads overlap. */                       \
      for (uint32_t level = 0; level < table.level_count; level++) {                                  \
        const uint8_t *here = levels + 8 * (size_t)table.level_firsts[level];                         \
        uint32_t end = table.level_firsts[level + 1];                                                 \
        int is_last = level + 1 == table.level_count;                                                 \
        /* The nodes below: of the next level, or of the numbers themselves. */                       \
        uint32_t below = is_last ? (table.count - 1) / FAN                                            \
                                 : (table.level_firsts[level + 2] - end) / FAN - 1;                   \
        const uint8_t *next = is_last ? table.starts : levels + 8 * (size_t)end;                      \
        for (uint32_t i = 0; i < size; i++) {                                                         \
          uint32_t rank = COUNT(here + 8 * FAN * (size_t)nodes[i], group[i]);                         \
          uint32_t child = nodes[i] * FAN + rank - (rank != 0);                                       \
          nodes[i] = least(child, below);                                                             \
          sekisho_prefetch(next + 8 * FAN * (size_t)nodes[i]);                                        \
        }                                                                                             \
      }                                                                                               \
      for (uint32_t i = 0; i < size; i++) {                                                           \
        /* The last node begins earlier if there are not eight; what it then repeats is not above. */ \
        uint32_t first = least(nodes[i] * FAN, table.count - FAN);                                    \
        uint32_t rank = COUNT((const uint8_t *)table.starts + 8 * (size_t)first, group[i]);           \
        found[start + i] = first + rank - (rank != 0);                                                \
      }                                                                                               \
    }                                                                                                 \
  }

FIND(find_portable, , not_above)
#if defined(__x86_64__)
FIND(find_avx2, AVX2, not_above_avx2)
FIND(find_avx512, AVX512, not_above_avx512)
#endif

void sekisho_find_intervals(int32_t variant, const sekisho_interval_table *table,
                            const uint64_t *wanted, size_t count, uint32_t *found) {
  if (table->count < FAN) {
    for (size_t i = 0; i < count; i++) {
      uint32_t rank = 0;
      for (uint32_t at = 0; at < table->count; at++) rank += load64(table->starts, at) <= wanted[i];
      found[i] = rank - (rank != 0);
    }
    return;
  }
#if defined(__x86_64__)
  if (variant == SEKISHO_AVX512 || variant == SEKISHO_AVX512_GATHER) {
    find_avx512(table, wanted, count, found);
    return;
  }
  if (variant == SEKISHO_AVX2) {
    find_avx2(table, wanted, count, found);
    return;
  }
#endif
  (void)variant;
  find_portable(table, wanted, count, found);
}
