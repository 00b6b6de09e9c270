#ifndef SEKISHO_FILTER_WORDS_AVX512_H
#define SEKISHO_FILTER_WORDS_AVX512_H

#include "Variants.h"

// Which bits eight keys have in a Bloom filter whose bits for one key lie in one word.

#if defined(__x86_64__)
#include <immintrin.h>

#define FILTER_WORDS \
  SEKISHO_INLINE     \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt"))) __m512i

/// The high halves of the products of eight hashes with a number below 2^32.
FILTER_WORDS sekisho_scaled_avx512(__m512i hashes, __m512i range) {
  const __m512i low = _mm512_srli_epi64(_mm512_mul_epu32(hashes, range), 32);
  const __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(hashes, 32), range);
  return _mm512_srli_epi64(_mm512_add_epi64(high, low), 32);
}

/// One of the bits that each of eight keys has in its word, by the low six bits of its hash.
FILTER_WORDS sekisho_bit_avx512(__m512i hashes) {
  return _mm512_sllv_epi64(_mm512_set1_epi64(1), _mm512_and_si512(hashes, _mm512_set1_epi64(63)));
}

/// The four bits that each of eight keys has in its word, as `sekisho_filter_mask`.
FILTER_WORDS sekisho_filter_mask_avx512(__m512i hashes) {
  return _mm512_or_si512(
      _mm512_or_si512(sekisho_bit_avx512(hashes), sekisho_bit_avx512(_mm512_srli_epi64(hashes, 6))),
      _mm512_or_si512(sekisho_bit_avx512(_mm512_srli_epi64(hashes, 12)),
                      sekisho_bit_avx512(_mm512_srli_epi64(hashes, 18))));
}

#undef FILTER_WORDS
#endif

#endif
