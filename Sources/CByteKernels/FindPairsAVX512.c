#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt")))

AVX512 static inline __m512i table(const uint8_t *bytes) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)bytes));
}

/// The numbers 0 to 63, a byte each.
AVX512 static inline __m512i count_up(void) {
  const __m512i sixteen = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  return _mm512_add_epi8(
      sixteen, _mm512_setr_epi64(0, 0, 0x1010101010101010, 0x1010101010101010,
                                 0x2020202020202020, 0x2020202020202020, 0x3030303030303030,
                                 0x3030303030303030));
}

/// The tables of a search, in registers.
typedef struct {
  __m512i first_low, first_high, second_low, second_high;
} pair_tables;

/// One bit for each of 64 bytes: whether it and its neighbour, the byte at the same place of the second
/// vector, are of one of eight groups.
AVX512 static inline uint64_t pairs_among(__m512i first, __m512i second, const pair_tables *tables) {
  const __m512i low_bits = _mm512_set1_epi8(15);
  __m512i low = _mm512_and_si512(
      _mm512_shuffle_epi8(tables->first_low, _mm512_and_si512(first, low_bits)),
      _mm512_shuffle_epi8(tables->second_low, _mm512_and_si512(second, low_bits)));
  __m512i high = _mm512_and_si512(
      _mm512_shuffle_epi8(tables->first_high,
                          _mm512_and_si512(_mm512_srli_epi16(first, 4), low_bits)),
      _mm512_shuffle_epi8(tables->second_high,
                          _mm512_and_si512(_mm512_srli_epi16(second, 4), low_bits)));
  return _mm512_test_epi8_mask(low, high);
}

/// The same of all groups.
AVX512 static inline uint64_t pairs_of(__m512i first, __m512i second, const pair_tables *tables,
                                       const pair_tables *more) {
  const uint64_t found = pairs_among(first, second, tables);
  return more ? found | pairs_among(first, second, more) : found;
}

AVX512 static inline uint64_t pairs(const uint8_t *bytes, const pair_tables *tables,
                                    const pair_tables *more) {
  return pairs_of(_mm512_loadu_si512(bytes), _mm512_loadu_si512(bytes + 1), tables, more);
}

/// Appends the places of a block's bits; sixteen are written at least.
AVX512 static inline size_t append(uint64_t bits, __m512i places, size_t at, uint32_t *positions) {
  __m512i packed = _mm512_maskz_compress_epi8(bits, places);
  const __m512i base = _mm512_set1_epi32((int)(uint32_t)at);
  size_t some = (size_t)__builtin_popcountll(bits);
  _mm512_storeu_si512(
      positions, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed)), base));
  if (__builtin_expect(some > 16, 0)) {
    _mm512_storeu_si512(
        positions + 16,
        _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1)), base));
    _mm512_storeu_si512(
        positions + 32,
        _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2)), base));
    _mm512_storeu_si512(
        positions + 48,
        _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3)), base));
  }
  return some;
}

AVX512 static inline pair_tables tables_at(const uint8_t *bytes) {
  return (pair_tables){table(bytes), table(bytes + 16), table(bytes + 32), table(bytes + 48)};
}

/// Inlined with further groups and without.
AVX512 static inline __attribute__((always_inline)) size_t
find(const uint8_t *bytes, size_t count, size_t from, size_t limit, const uint8_t *tables,
     const uint8_t *more, uint32_t *positions, size_t capacity, size_t *found) {
  const pair_tables wanted = tables_at(tables), further = tables_at(more ? more : tables);
  const pair_tables *const others = more ? &further : 0;
  const __m512i places = count_up();
  // The second load of a step ends one byte after the step's 64.
  size_t end = limit < count - (count > 0) ? limit : count - (count > 0);
  size_t kept = 0;
  size_t at = from;
  int are_rare = 1;
  while (at + 64 <= end && kept + SEKISHO_PAIR_SLACK <= capacity) {
    size_t stop = end - at < SEKISHO_PAIR_STRETCH ? end : at + SEKISHO_PAIR_STRETCH;
    size_t before = kept;
    if (are_rare) {
      for (; at + 64 <= stop && kept + SEKISHO_PAIR_SLACK <= capacity; at += 64) {
        sekisho_prefetch_behind(bytes + at);
        uint64_t bits = pairs(bytes + at, &wanted, others);
        if (bits) kept += append(bits, places, at, positions + kept);
      }
    } else {
      // Whether a block holds one is a coin's toss here, so nothing branches on it.
      for (; at + 64 <= stop && kept + SEKISHO_PAIR_SLACK <= capacity; at += 64) {
        sekisho_prefetch_behind(bytes + at);
        kept += append(pairs(bytes + at, &wanted, others), places, at, positions + kept);
      }
    }
    are_rare = kept - before < SEKISHO_PAIR_STRETCH / 64 / 16;
  }
  if (at < end && end - at < 64 && kept + SEKISHO_PAIR_SLACK <= capacity) {
    // Payloads of packets are short: what is less than a vector is a tenth of them.
    uint64_t inside = ((uint64_t)1 << (end - at)) - 1;
    uint64_t bits = pairs_of(_mm512_maskz_loadu_epi8(inside, bytes + at),
                             _mm512_maskz_loadu_epi8(inside, bytes + at + 1), &wanted, others);
    kept += append(bits & inside, places, at, positions + kept);
    at = end;
  }
  *found = kept;
  return at;
}

AVX512 size_t sekisho_find_pairs_avx512(const uint8_t *bytes, size_t count, size_t from,
                                        size_t limit, const uint8_t *tables, const uint8_t *more,
                                        uint32_t *positions, size_t capacity, size_t *found) {
  return more ? find(bytes, count, from, limit, tables, more, positions, capacity, found)
              : find(bytes, count, from, limit, tables, 0, positions, capacity, found);
}
#endif
