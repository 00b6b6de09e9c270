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

AVX512 size_t sekisho_filter_windows_avx512(const uint8_t *bytes, size_t count, size_t base,
                                            const uint32_t *positions, size_t position_count,
                                            const sekisho_window *window, uint32_t *passed,
                                            uint64_t *hashes, size_t *kept) {
  const uint8_t *filter = window->filter;
  const __m512i mask = _mm512_set1_epi64((long long)(~(uint64_t)0 >> (64 - 8 * window->width)));
  const __m512i seed = _mm512_set1_epi64((long long)window->seed);
  const __m512i words = _mm512_set1_epi64(((long long)1 << window->word_bits) - 1);
  const __m512i one = _mm512_set1_epi64(1);
  size_t out = 0;
  size_t index = 0;
  // Eight bytes are loaded behind each; the last position reaches furthest.
  while (index + 8 <= position_count) {
    size_t first = base + positions[index], last = base + positions[index + 7];
    if (first < window->before || last - window->before + 8 > count) break;
    __m256i places = _mm256_loadu_si256((const __m256i *)(positions + index));
    // Relative to the first of the eight, for an index is signed.
    __m256i steps = _mm256_sub_epi32(places, _mm256_set1_epi32((int)positions[index]));
    __m512i hash = hashes_of(
        _mm512_i32gather_epi64(steps, (const void *)(bytes + first - window->before), 1), mask,
        seed);
    __m512i entry = _mm512_i64gather_epi64(
        _mm512_and_si512(_mm512_srli_epi64(hash, 32), words), (const void *)filter, 8);
    __m512i wanted = _mm512_or_si512(_mm512_rolv_epi64(one, hash),
                                     _mm512_rolv_epi64(one, _mm512_srli_epi64(hash, 6)));
    __m512i missing = _mm512_andnot_si512(entry, wanted);
    __mmask8 keeps = _mm512_testn_epi64_mask(missing, missing);
    // At most as many were kept as were looked at, so both stores are inside.
    _mm256_storeu_si256((__m256i *)(passed + out), _mm256_maskz_compress_epi32(keeps, places));
    _mm512_storeu_si512(hashes + out, _mm512_maskz_compress_epi64(keeps, hash));
    out += (size_t)__builtin_popcount(keeps);
    index += 8;
  }
  *kept = out;
  return index;
}
#endif
