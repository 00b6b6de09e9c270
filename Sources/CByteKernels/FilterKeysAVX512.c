#include "FilterWordsAVX512.h"

#if SEKISHO_HAS_AVX2
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt")))

/// How many bytes ahead of a key more are asked for: keys mostly follow one another in the text
/// that they were cut out of.
enum { AHEAD = 2048 };

/// `sekisho_sum_block`, but reads no more than the key.
SEKISHO_INLINE AVX512 sekisho_block_sums sum_block(__m512i secrets, const uint8_t *bytes, size_t length,
                                                   int folds) {
  __m512i words = _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, (uint32_t)length), bytes);
  if (folds) {
    __mmask64 capitals = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(words, _mm512_set1_epi8('A')),
                                                _mm512_set1_epi8(26));
    words = _mm512_mask_add_epi8(words, capitals, words, _mm512_set1_epi8(0x20));
  }
  words = _mm512_xor_si512(words, secrets);
  __m512i exchanged = _mm512_ror_epi64(words, 32);
  __m512i sums = _mm512_add_epi64(_mm512_mul_epu32(words, exchanged), exchanged);
  __m256i four = _mm256_add_epi64(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
  __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
  return (sekisho_block_sums){(uint64_t)_mm_cvtsi128_si64(two), (uint64_t)_mm_extract_epi64(two, 1)};
}

/// Keeps the keys that the filter lets through, in the same arrays.
SEKISHO_INLINE AVX512 size_t test_keys(const sekisho_key_filter *filter, size_t count,
                                       uint32_t *members, uint64_t *hashes) {
  const __m512i range = _mm512_set1_epi64((long long)filter->word_count);
  size_t kept = 0;
  for (size_t i = 0; i < count; i += 8) {
    __mmask8 there = count - i >= 8 ? 0xFF : (__mmask8)((1u << (count - i)) - 1);
    __m512i hash = _mm512_maskz_loadu_epi64(there, hashes + i);
    __m512i word = _mm512_i64gather_epi64(sekisho_scaled_avx512(hash, range), filter->words, 8);
    __m512i mask = sekisho_filter_mask_avx512(hash);
    __mmask8 passed = _mm512_mask_cmpeq_epi64_mask(there, _mm512_and_si512(word, mask), mask);
    __m256i member = _mm256_maskz_loadu_epi32(there, members + i);
    // The stores reach no further than what was read.
    _mm512_mask_storeu_epi64(hashes + kept, there, _mm512_maskz_compress_epi64(passed, hash));
    _mm256_mask_storeu_epi32(members + kept, there, _mm256_maskz_compress_epi32(passed, member));
    kept += (size_t)_mm_popcnt_u32(passed);
  }
  return kept;
}

SEKISHO_INLINE AVX512 size_t filter_keys(const sekisho_key_filter *given, const uint8_t *bytes,
                                         size_t byte_count, const sekisho_key_place *keys, size_t count,
                                         uint32_t *members, uint64_t *hashes, size_t width, int folds) {
  // A copy, which stays in registers: writing a hash cannot change it.
  const sekisho_key_filter filter = *given;
  const __m512i secrets = _mm512_loadu_si512(filter.secrets.words);
  const uint32_t shortest = width ? (uint32_t)width : filter.shortest;
  const uint32_t span = width ? 0 : filter.longest - filter.shortest;
  size_t usable = 0;
  for (size_t i = 0; i < count; i++) {
    size_t offset = keys[i].offset, length = keys[i].length;
    if (__builtin_expect(((uint32_t)length - shortest > span) | (offset + length > byte_count), 0)) {
      continue;
    }
    if (width) length = width;
    const uint8_t *start = bytes + offset;
      sekisho_prefetch((const void *)((uintptr_t)start + AHEAD));
    uint64_t hash;
    if (__builtin_expect(length <= SEKISHO_HASH_BLOCK, 1)) {
      hash = sekisho_hash_end(filter.secrets.words, sekisho_hash_begin(length),
                              sum_block(secrets, start, length, folds));
    } else {
      hash = sekisho_key_hash(&filter.secrets, start, byte_count - offset, length, folds);
    }
    sekisho_prefetch((const uint8_t *)filter.words + 8 * sekisho_scaled(hash, filter.word_count));
    members[usable] = (uint32_t)i;
    hashes[usable] = hash;
    usable++;
  }
  return test_keys(&filter, usable, members, hashes);
}

AVX512 size_t sekisho_filter_keys_avx512(const sekisho_key_filter *filter, const uint8_t *bytes,
                                         size_t byte_count, const sekisho_key_place *keys, size_t count,
                                         uint32_t *members, uint64_t *hashes) {
  if (filter->folds) return filter_keys(filter, bytes, byte_count, keys, count, members, hashes, 0, 1);
  // Constants for the lengths of keys that lists of indicators have.
  switch (filter->shortest == filter->longest ? filter->shortest : 0) {
  case 16: return filter_keys(filter, bytes, byte_count, keys, count, members, hashes, 16, 0);
  case 20: return filter_keys(filter, bytes, byte_count, keys, count, members, hashes, 20, 0);
  case 32: return filter_keys(filter, bytes, byte_count, keys, count, members, hashes, 32, 0);
  default: return filter_keys(filter, bytes, byte_count, keys, count, members, hashes, 0, 0);
  }
}
#endif
