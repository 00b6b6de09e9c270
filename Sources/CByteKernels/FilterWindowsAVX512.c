#include "Variants.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))

/// Eight hashes at once, each that of `sekisho_window_hash`.
AVX512 static inline __m512i hashes_of(__m512i words, __m512i mask, __m512i seed) {
  words = _mm512_and_si512(_mm512_or_si512(words, _mm512_set1_epi64(0x2020202020202020)), mask);
  words = _mm512_mullo_epi64(_mm512_xor_si512(words, seed),
                             _mm512_set1_epi64((long long)SEKISHO_WINDOW_FIRST));
  words = _mm512_xor_si512(words, _mm512_srli_epi64(words, 32));
  words = _mm512_mullo_epi64(words, _mm512_set1_epi64((long long)SEKISHO_WINDOW_SECOND));
  return _mm512_xor_si512(words, _mm512_srli_epi64(words, 32));
}

/// What is the same for all windows of a call.
typedef struct {
  const void *filter;
  __m512i mask, seed, words;
} window_search;

/// Hashes `some` of eight windows, the first of which begins at `start`, and tells which pass the
/// filter.
AVX512 static inline __mmask8 passing(const window_search *search, __mmask8 some, __m256i places,
                                      const uint8_t *start, uint32_t first, __m512i *hashes) {
  const __m512i one = _mm512_set1_epi64(1), none = _mm512_setzero_si512();
  // Relative to the first position, since an index is signed.
  __m256i steps = _mm256_sub_epi32(places, _mm256_set1_epi32((int)first));
  __m512i bytes = _mm512_mask_i32gather_epi64(none, some, steps, (const void *)start, 1);
  __m512i hash = hashes_of(bytes, search->mask, search->seed);
  __m512i entry = _mm512_i64gather_epi64(
      _mm512_and_si512(_mm512_srli_epi64(hash, 32), search->words), search->filter, 8);
  __m512i wanted = _mm512_or_si512(_mm512_rolv_epi64(one, hash),
                                   _mm512_rolv_epi64(one, _mm512_srli_epi64(hash, 6)));
  __m512i missing = _mm512_andnot_si512(entry, wanted);
  *hashes = hash;
  return _mm512_testn_epi64_mask(missing, missing) & some;
}

AVX512 size_t sekisho_filter_windows_avx512(const uint8_t *bytes, size_t count, size_t base,
                                            const uint32_t *positions, size_t position_count,
                                            const sekisho_window *window, uint32_t *passed,
                                            uint64_t *hashes, size_t *kept) {
  const window_search search = {
      window->filter, _mm512_set1_epi64((long long)(~(uint64_t)0 >> (64 - 8 * window->width))),
      _mm512_set1_epi64((long long)window->seed),
      _mm512_set1_epi64(((long long)1 << window->word_bits) - 1)};
  const size_t before = window->before;
  __m512i hash;
  size_t out = 0;
  size_t index = 0;
  // Eight bytes are loaded from each window's start on; the last position reaches furthest.
  while (index + 8 <= position_count && base + positions[index + 7] - before + 8 <= count) {
    size_t first = base + positions[index];
    if (first < before) break;
    __m256i places = _mm256_loadu_si256((const __m256i *)(positions + index));
    __mmask8 keeps =
        passing(&search, 0xFF, places, bytes + first - before, positions[index], &hash);
    // At most as many windows passed as were looked at, so that both stores lie inside the lists.
    _mm256_storeu_si256((__m256i *)(passed + out), _mm256_maskz_compress_epi32(keeps, places));
    _mm512_storeu_si512(hashes + out, _mm512_maskz_compress_epi64(keeps, hash));
    out += (size_t)__builtin_popcount(keeps);
    index += 8;
  }
  size_t rest = position_count - index < 7 ? position_count - index : 7;
  while (rest > 0 && base + positions[index + rest - 1] - before + 8 > count) rest--;
  if (rest > 0 && base + positions[index] >= before) {
    __mmask8 some = (__mmask8)((1u << rest) - 1);
    __m256i places = _mm256_maskz_loadu_epi32(some, positions + index);
    __mmask8 keeps = passing(&search, some, places, bytes + base + positions[index] - before,
                             positions[index], &hash);
    size_t most = (size_t)__builtin_popcount(keeps);
    __mmask8 stored = (__mmask8)((1u << most) - 1);
    _mm256_mask_storeu_epi32(passed + out, stored, _mm256_maskz_compress_epi32(keeps, places));
    _mm512_mask_storeu_epi64(hashes + out, stored, _mm512_maskz_compress_epi64(keeps, hash));
    out += most;
    index += rest;
  }
  *kept = out;
  return index;
}
#endif
