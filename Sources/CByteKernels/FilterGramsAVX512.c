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
  // No further than the table: a whole number of words of 32 bits.
  __m512i entry = _mm512_i32gather_epi32(_mm512_srli_epi32(bit, 5), table, 4);
  return _mm512_test_epi32_mask(entry, _mm512_rolv_epi32(_mm512_set1_epi32(1), bit));
}

AVX512 size_t sekisho_keep_grams_avx512(const uint8_t *bytes, size_t count, size_t base,
                                        uint32_t *positions, size_t from, size_t position_count,
                                        const sekisho_grams *grams, size_t *kept) {
  const __m512i shift = _mm512_set1_epi32((int)(32 - grams->bits));
  const __m512i quad = _mm512_set1_epi32(0x20202020), pair = _mm512_set1_epi32(0x2020);
  const __m512i around = _mm512_set1_epi32((int)0xFF000000u);
  const uint32_t kinds = grams->kinds;
  const int needs_high = (kinds & (1u << SEKISHO_GRAM_FROM | 1u << SEKISHO_GRAM_AROUND)) != 0;
  size_t out = *kept;
  size_t index = from;
  while (index + 16 <= position_count) {
    // The last position of the sixteen reaches furthest.
    size_t first = base + positions[index], last = base + positions[index + 15];
    if (count - last < 4) break;
    __m512i places = _mm512_loadu_si512(positions + index);
    // Relative to the first of them, for an index is signed.
    __m512i steps = _mm512_sub_epi32(places, _mm512_set1_epi32((int)positions[index]));
    __m512i low = _mm512_i32gather_epi32(steps, (const void *)(bytes + first - 2), 1);
    __m512i high =
        needs_high ? _mm512_i32gather_epi32(steps, (const void *)(bytes + first), 1) : low;
    __mmask16 keeps = 0;
    if (kinds >> SEKISHO_GRAM_FROM & 1) {
      keeps |= holds(high, SEKISHO_GRAM_FROM, quad, shift, grams->table);
    }
    if (kinds >> SEKISHO_GRAM_AROUND & 1) {
      __m512i middle = _mm512_or_si512(_mm512_srli_epi32(low, 8),
                                       _mm512_and_si512(_mm512_slli_epi32(high, 8), around));
      keeps |= holds(middle, SEKISHO_GRAM_AROUND, quad, shift, grams->table);
    }
    if (kinds >> SEKISHO_GRAM_BEFORE & 1) {
      keeps |= holds(low, SEKISHO_GRAM_BEFORE, quad, shift, grams->table);
    }
    if (kinds >> SEKISHO_GRAM_PAIR & 1) {
      keeps |= holds(_mm512_srli_epi32(low, 16), SEKISHO_GRAM_PAIR, pair, shift, grams->table);
    }
    // At most as many were kept as were looked at, so the store covers no position that is still to
    // come.
    _mm512_storeu_si512(positions + out, _mm512_maskz_compress_epi32(keeps, places));
    out += (size_t)__builtin_popcount(keeps);
    index += 16;
  }
  *kept = out;
  return index - from;
}
#endif
