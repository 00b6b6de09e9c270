#include "FilterWordsAVX512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt")))

SEKISHO_INLINE AVX512 __m512i word_of(uint64_t value) {
  return _mm512_set1_epi64((long long)value);
}

/// Both halves of eight products, xored.
SEKISHO_INLINE AVX512 __m512i mixed(__m512i a, __m512i b) {
  const __m512i half = word_of(0xffffffff);
  const __m512i a_high = _mm512_srli_epi64(a, 32), b_high = _mm512_srli_epi64(b, 32);
  const __m512i low = _mm512_mul_epu32(a, b), one = _mm512_mul_epu32(a_high, b),
                other = _mm512_mul_epu32(a, b_high), high = _mm512_mul_epu32(a_high, b_high);
  const __m512i middle = _mm512_add_epi64(
      _mm512_srli_epi64(low, 32),
      _mm512_add_epi64(_mm512_and_si512(one, half), _mm512_and_si512(other, half)));
  const __m512i upper =
      _mm512_add_epi64(_mm512_add_epi64(high, _mm512_srli_epi64(middle, 32)),
                       _mm512_add_epi64(_mm512_srli_epi64(one, 32), _mm512_srli_epi64(other, 32)));
  const __m512i lower = _mm512_or_si512(_mm512_slli_epi64(middle, 32), _mm512_and_si512(low, half));
  return _mm512_xor_si512(upper, lower);
}

SEKISHO_INLINE AVX512 __m512i wide(__mmask8 there, const uint32_t *numbers) {
  return _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(there, numbers));
}

/// The eight bytes that begin `distance` before each of eight places.
SEKISHO_INLINE AVX512 __m512i words_before(__mmask8 lanes, const uint8_t *bytes, __m512i places,
                                           uint64_t distance) {
  return _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), lanes,
                                     _mm512_sub_epi64(places, word_of(distance)), bytes, 1);
}

SEKISHO_INLINE AVX512 __mmask8 is_byte(__m512i bytes, char value) {
  return _mm512_cmpeq_epi64_mask(bytes, word_of((uint8_t)value));
}

/// `sekisho_begins_escape` for eight bytes; a shift by 64 or more leaves zero.
SEKISHO_INLINE AVX512 __mmask8 begins_escape(__m512i bytes) {
  return _mm512_test_epi64_mask(
      _mm512_srlv_epi64(word_of(SEKISHO_ESCAPE_LETTERS), _mm512_sub_epi64(bytes, word_of('b'))),
      word_of(1));
}

AVX512 size_t sekisho_filter_names_avx512(const sekisho_name_filter *filter, const uint8_t *bytes,
                                          const uint32_t *starts, const uint32_t *dots,
                                          const uint32_t *ends, size_t count, uint32_t *kept) {
  const __m512i bit5 = word_of(0x2020202020202020u), byte = word_of(0xff);
  const __m512i range = word_of(filter->word_count);
  const void *const words = filter->words;
  __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  size_t kept_count = 0;
  for (size_t i = 0; i < count; i += 8) {
    const __mmask8 there = count - i >= 8 ? 0xff : (__mmask8)((1u << (count - i)) - 1);
    const __m512i start = wide(there, starts + i), dot = wide(there, dots + i),
                  end = wide(there, ends + i);
    const __m512i length = _mm512_sub_epi64(end, start);
    const __mmask8 lanes = _mm512_mask_test_epi64_mask(there, start, start) &
                           _mm512_cmpge_epu64_mask(end, word_of(16)) &
                           _mm512_cmple_epu64_mask(length, word_of(SEKISHO_NAME_LENGTH));
    const __m512i last = words_before(lanes, bytes, end, 8),
                  before = words_before(lanes, bytes, end, 16);
    // The byte before the name, and the name's first one: a name has at least three bytes.
    const __m512i first = _mm512_cvtepu32_epi64(_mm512_mask_i64gather_epi32(
        _mm256_setzero_si256(), lanes, _mm512_sub_epi64(start, word_of(1)), bytes, 1));
    const __m512i folded = _mm512_or_si512(last, bit5);
    // A shift by 64 bits or more leaves zero; the saturating difference is zero if all eight bytes
    // count.
    const __m512i bits = _mm512_slli_epi64(length, 3);
    const __m512i low = _mm512_srlv_epi64(folded, _mm512_subs_epu16(word_of(64), bits));
    const __m512i high =
        _mm512_srlv_epi64(_mm512_or_si512(before, bit5), _mm512_sub_epi64(word_of(128), bits));
    const __m512i hash =
        mixed(_mm512_xor_si512(low, word_of(0x9e3779b97f4a7c15u)),
              _mm512_xor_si512(_mm512_xor_si512(high, word_of(0xbf58476d1ce4e5b9u)),
                               _mm512_slli_epi64(length, 56)));
    const __m512i word = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), lanes,
                                                     sekisho_scaled_avx512(hash, range), words, 8);
    const __m512i mask = sekisho_filter_mask_avx512(hash);
    const __mmask8 is_known = _mm512_cmpeq_epi64_mask(_mm512_and_si512(word, mask), mask);
    const __mmask8 is_reverse =
        _mm512_cmpeq_epi64_mask(_mm512_sub_epi64(end, dot), word_of(5)) &
        _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(folded, 32), word_of(0x61707261));
    const __m512i byte_before = _mm512_and_si512(first, byte),
                  first_byte = _mm512_and_si512(_mm512_srli_epi64(first, 8), byte),
                  last_byte = _mm512_srli_epi64(last, 56);
    const __mmask8 is_odd = is_byte(first_byte, '-') | is_byte(last_byte, '-') |
                            is_byte(byte_before, '%') |
                            (is_byte(byte_before, '\\') & begins_escape(first_byte));
    const __mmask8 is_kept = there & (__mmask8)(~lanes | is_known | is_reverse | is_odd);
    _mm256_storeu_si256((__m256i *)(kept + kept_count),
                        _mm256_maskz_compress_epi32(is_kept, numbers));
    kept_count += (size_t)__builtin_popcount(is_kept);
    numbers = _mm256_add_epi32(numbers, _mm256_set1_epi32(8));
  }
  return kept_count;
}

#endif
