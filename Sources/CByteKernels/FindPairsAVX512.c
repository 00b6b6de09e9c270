#include "Variants.h"
#include <string.h>

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt")))

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

/// The tables of a search, in registers: for the halves of bytes or, if no byte above ASCII is in
/// any group, for all bytes of ASCII.
typedef struct {
  __m512i first_low, first_high, second_low, second_high;
} pair_tables;

/// The groups of 64 bytes, by the halves of each byte.
AVX512 static inline __m512i groups_of(__m512i bytes, __m512i low, __m512i high) {
  const __m512i low_bits = _mm512_set1_epi8(15);
  return _mm512_and_si512(
      _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, low_bits)),
      _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), low_bits)));
}

/// One bit for each of 64 bytes: whether it and its neighbour, the byte at the same place of the
/// second vector, are of one of eight groups. With `is_ascii` only the bytes of `some` are looked
/// at.
AVX512 static inline __mmask64 pairs_among(__mmask64 some, __m512i first, __m512i second,
                                           const pair_tables *tables, int is_ascii) {
  if (is_ascii) {
    return _mm512_mask_test_epi8_mask(
        some, _mm512_permutex2var_epi8(tables->first_low, first, tables->first_high),
        _mm512_permutex2var_epi8(tables->second_low, second, tables->second_high));
  }
  return _mm512_test_epi8_mask(groups_of(first, tables->first_low, tables->first_high),
                               groups_of(second, tables->second_low, tables->second_high));
}

/// The same for all groups.
AVX512 static inline uint64_t pairs_of(__m512i first, __m512i second, const pair_tables *tables,
                                       const pair_tables *more, int is_ascii) {
  const __mmask64 some =
      is_ascii ? _mm512_testn_epi8_mask(_mm512_or_si512(first, second), _mm512_set1_epi8(-128)) : 0;
  const __mmask64 found = pairs_among(some, first, second, tables, is_ascii);
  return more ? _kor_mask64(found, pairs_among(some, first, second, more, is_ascii)) : found;
}

AVX512 static inline uint64_t pairs(const uint8_t *bytes, const pair_tables *tables,
                                    const pair_tables *more, int is_ascii) {
  return pairs_of(_mm512_loadu_si512(bytes), _mm512_loadu_si512(bytes + 1), tables, more, is_ascii);
}

/// Appends the places of a block's bits; writes at least sixteen.
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

/// The same tables for the 128 bytes of ASCII.
AVX512 static inline pair_tables tables_of_ascii(const uint8_t *bytes) {
  const pair_tables halves = tables_at(bytes);
  const __m512i first = count_up(), last = _mm512_add_epi8(first, _mm512_set1_epi8(64));
  return (pair_tables){groups_of(first, halves.first_low, halves.first_high),
                       groups_of(last, halves.first_low, halves.first_high),
                       groups_of(first, halves.second_low, halves.second_high),
                       groups_of(last, halves.second_low, halves.second_high)};
}

/// Whether no byte above ASCII is in any group, since its high half is in none.
static int is_of_ascii(const uint8_t *tables) {
  uint64_t first, second;
  memcpy(&first, tables + 16 + 8, 8);
  memcpy(&second, tables + 48 + 8, 8);
  return (first | second) == 0;
}

/// Inlined four times: with further groups and without, for ASCII and for all bytes.
AVX512 static inline __attribute__((always_inline)) size_t
find(const uint8_t *bytes, size_t count, size_t from, size_t limit, const uint8_t *tables,
     const uint8_t *more, int is_ascii, uint32_t *positions, size_t capacity, size_t *found) {
  const pair_tables wanted = is_ascii ? tables_of_ascii(tables) : tables_at(tables);
  const pair_tables further = !more ? wanted : is_ascii ? tables_of_ascii(more) : tables_at(more);
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
        uint64_t bits = pairs(bytes + at, &wanted, others, is_ascii);
        if (bits) kept += append(bits, places, at, positions + kept);
      }
    } else {
      // Whether a block holds one is a coin's toss here, so nothing branches on it.
      for (; at + 64 <= stop && kept + SEKISHO_PAIR_SLACK <= capacity; at += 64) {
        sekisho_prefetch_behind(bytes + at);
        kept += append(pairs(bytes + at, &wanted, others, is_ascii), places, at, positions + kept);
      }
    }
    are_rare = kept - before < SEKISHO_PAIR_STRETCH / 64 / 16;
  }
  if (at < end && end - at < 64 && kept + SEKISHO_PAIR_SLACK <= capacity) {
    // Payloads of packets are short: what is less than a vector is a tenth of them.
    uint64_t inside = ((uint64_t)1 << (end - at)) - 1;
    uint64_t bits = pairs_of(_mm512_maskz_loadu_epi8(inside, bytes + at),
                             _mm512_maskz_loadu_epi8(inside, bytes + at + 1), &wanted, others,
                             is_ascii);
    kept += append(bits & inside, places, at, positions + kept);
    at = end;
  }
  *found = kept;
  return at;
}

AVX512 size_t sekisho_find_pairs_avx512(const uint8_t *bytes, size_t count, size_t from,
                                        size_t limit, const uint8_t *tables, const uint8_t *more,
                                        uint32_t *positions, size_t capacity, size_t *found) {
  // The tables for ASCII have to be made first, which does not pay for short stretches.
  const int is_ascii = limit - from >= 1024 && is_of_ascii(tables) && (!more || is_of_ascii(more));
  if (!is_ascii) {
    return more ? find(bytes, count, from, limit, tables, more, 0, positions, capacity, found)
                : find(bytes, count, from, limit, tables, 0, 0, positions, capacity, found);
  }
  return more ? find(bytes, count, from, limit, tables, more, 1, positions, capacity, found)
              : find(bytes, count, from, limit, tables, 0, 1, positions, capacity, found);
}
#endif
