#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

/// Which of sixteen grams of a kind are in the table.
AVX512 static inline __mmask16 holds(__m512i grams, uint32_t kind, __m512i fold, __m512i shift,
                                     const void *table) {
  __m512i word =
      _mm512_xor_si512(_mm512_or_si512(grams, fold), _mm512_set1_epi32((int)(kind << 28)));
  __m512i bit =
      _mm512_srlv_epi32(_mm512_mullo_epi32(word, _mm512_set1_epi32((int)0x9E3779B1u)), shift);
  // Reads no further than the table, which is a whole number of words of 32 bits.
  __m512i entry = _mm512_i32gather_epi32(_mm512_srli_epi32(bit, 5), table, 4);
  return _mm512_test_epi32_mask(entry, _mm512_rolv_epi32(_mm512_set1_epi32(1), bit));
}

/// What is the same for all positions of a call.
typedef struct {
  const uint8_t *bytes;
  const void *table;
  uint32_t kinds;
  int needs_high;
  __m512i shift, quad, pair, around;
} gram_search;

/// Which of `some` of sixteen positions have a gram in the table; the first one is `first_place`,
/// and its offset is `first`.
AVX512 static inline __mmask16 keeps_of(const gram_search *search, __mmask16 some, __m512i places,
                                        size_t first, uint32_t first_place) {
  const __m512i none = _mm512_setzero_si512();
  const void *table = search->table;
  // Relative to the first position, since an index is signed.
  __m512i steps = _mm512_sub_epi32(places, _mm512_set1_epi32((int)first_place));
  __m512i low =
      _mm512_mask_i32gather_epi32(none, some, steps, (const void *)(search->bytes + first - 2), 1);
  __m512i high =
      search->needs_high
          ? _mm512_mask_i32gather_epi32(none, some, steps, (const void *)(search->bytes + first), 1)
          : low;
  __mmask16 keeps = 0;
  if (search->kinds >> SEKISHO_GRAM_FROM & 1) {
    keeps |= holds(high, SEKISHO_GRAM_FROM, search->quad, search->shift, table);
  }
  if (search->kinds >> SEKISHO_GRAM_AROUND & 1) {
    __m512i middle = _mm512_or_si512(_mm512_srli_epi32(low, 8),
                                     _mm512_and_si512(_mm512_slli_epi32(high, 8), search->around));
    keeps |= holds(middle, SEKISHO_GRAM_AROUND, search->quad, search->shift, table);
  }
  if (search->kinds >> SEKISHO_GRAM_BEFORE & 1) {
    keeps |= holds(low, SEKISHO_GRAM_BEFORE, search->quad, search->shift, table);
  }
  if (search->kinds >> SEKISHO_GRAM_PAIR & 1) {
    keeps |=
        holds(_mm512_srli_epi32(low, 16), SEKISHO_GRAM_PAIR, search->pair, search->shift, table);
  }
  return keeps & some;
}

AVX512 size_t sekisho_keep_grams_avx512(const uint8_t *bytes, size_t count, size_t base,
                                        uint32_t *positions, size_t from, size_t position_count,
                                        const sekisho_grams *grams, size_t *kept) {
  const gram_search search = {
      bytes,
      grams->table,
      grams->kinds,
      (grams->kinds & (1u << SEKISHO_GRAM_FROM | 1u << SEKISHO_GRAM_AROUND)) != 0,
      _mm512_set1_epi32((int)(32 - grams->bits)),
      _mm512_set1_epi32(0x20202020),
      _mm512_set1_epi32(0x2020),
      _mm512_set1_epi32((int)0xFF000000u)};
  size_t out = *kept;
  size_t index = from;
  // The last position of the sixteen reaches furthest.
  while (index + 16 <= position_count && count - (base + positions[index + 15]) >= 4) {
    __m512i places = _mm512_loadu_si512(positions + index);
    __mmask16 keeps = keeps_of(&search, 0xFFFF, places, base + positions[index], positions[index]);
    // At most as many were kept as were looked at, so that the store overwrites no position that is
    // still to come.
    _mm512_storeu_si512(positions + out, _mm512_maskz_compress_epi32(keeps, places));
    out += (size_t)__builtin_popcount(keeps);
    index += 16;
  }
  size_t rest = position_count - index < 15 ? position_count - index : 15;
  while (rest > 0 && count - (base + positions[index + rest - 1]) < 4) rest--;
  if (rest > 0) {
    __mmask16 some = (__mmask16)((1u << rest) - 1);
    __m512i places = _mm512_maskz_loadu_epi32(some, positions + index);
    __mmask16 keeps = keeps_of(&search, some, places, base + positions[index], positions[index]);
    size_t passed = (size_t)__builtin_popcount(keeps);
    _mm512_mask_storeu_epi32(positions + out, (__mmask16)((1u << passed) - 1),
                             _mm512_maskz_compress_epi32(keeps, places));
    out += passed;
    index += rest;
  }
  *kept = out;
  return index - from;
}
#endif
