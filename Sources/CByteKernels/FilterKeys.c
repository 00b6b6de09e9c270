#include "Variants.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ONES8 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF

const uint8_t sekisho_length_masks[128] = {ONES8, ONES8, ONES8, ONES8, ONES8, ONES8, ONES8, ONES8};

SEKISHO_INLINE uint64_t load_word(const void *base, uint64_t index) {
  uint64_t word;
  memcpy(&word, (const uint8_t *)base + 8 * index, 8);
  return word;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2")))

/// What each of the four words of half a block adds to the sums.
SEKISHO_INLINE AVX2 __m256i sum_half(__m256i bytes, __m256i secrets, int folds) {
  if (folds) {
    // As signed numbers `A` + 63 is the smallest.
    __m256i moved = _mm256_add_epi8(bytes, _mm256_set1_epi8(63));
    __m256i is_capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(-128 + 26), moved);
    bytes = _mm256_or_si256(bytes, _mm256_and_si256(is_capital, _mm256_set1_epi8(0x20)));
  }
  __m256i words = _mm256_xor_si256(bytes, secrets);
  __m256i exchanged = _mm256_shuffle_epi32(words, 0xB1);
  return _mm256_add_epi64(_mm256_mul_epu32(words, exchanged), exchanged);
}

/// `sekisho_sum_block` for a block of which 64 bytes may be read.
SEKISHO_INLINE AVX2 sekisho_block_sums sum_block_avx2(const uint64_t *secrets, const uint8_t *bytes,
                                                      size_t length, int folds) {
  const uint8_t *masks = sekisho_length_masks + SEKISHO_HASH_BLOCK - length;
  __m256i low = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)bytes),
                                 _mm256_loadu_si256((const __m256i *)masks));
  __m256i sums = sum_half(low, _mm256_loadu_si256((const __m256i *)secrets), folds);
  // If `length` is a constant of at most 32, the other half is a constant, too: zeros.
  __m256i high = _mm256_setzero_si256();
  if (!(__builtin_constant_p(length) && length <= 32)) {
    high = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(bytes + 32)),
                            _mm256_loadu_si256((const __m256i *)(masks + 32)));
  }
  sums = _mm256_add_epi64(
      sums, sum_half(high, _mm256_loadu_si256((const __m256i *)(secrets + 4)), folds));
  __m128i both = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return (sekisho_block_sums){(uint64_t)_mm_cvtsi128_si64(both), (uint64_t)_mm_extract_epi64(both, 1)};
}
#endif

/// Keys that have been hashed, or that the filter let through.
typedef struct {
  uint32_t *members;
  uint64_t *hashes;
  size_t count;
} key_list;

/// Whether a key may be in the set at all; `width` is the only length of all keys, or 0 if there
/// are several.
SEKISHO_INLINE int is_usable(const sekisho_key_filter *filter, sekisho_key_place key,
                             size_t byte_count, size_t width) {
  int has_length = width ? key.length == width
                         : (key.length >= filter->shortest) & (key.length <= filter->longest);
  return has_length && (size_t)key.offset + key.length <= byte_count;
}

/// Adds a key to the list, and asks for its word of the filter.
SEKISHO_INLINE void add_key(const sekisho_key_filter *filter, key_list *list, size_t member,
                            uint64_t hash) {
  sekisho_prefetch((const uint8_t *)filter->words + 8 * sekisho_scaled(hash, filter->word_count));
  list->members[list->count] = (uint32_t)member;
  list->hashes[list->count] = hash;
  list->count++;
}

/// Keeps the keys that the filter lets through.
SEKISHO_INLINE size_t test_keys(const sekisho_key_filter *filter, key_list list) {
  // No branch on the filter's answer, so that the loads overlap.
  size_t kept = 0;
  for (size_t i = 0; i < list.count; i++) {
    uint64_t hash = list.hashes[i];
    uint64_t mask = sekisho_filter_mask(hash);
    uint64_t word = load_word(filter->words, sekisho_scaled(hash, filter->word_count));
    list.members[kept] = list.members[i];
    list.hashes[kept] = hash;
    kept += (word & mask) == mask;
  }
  return kept;
}

/// How many bytes ahead of a key more are asked for: keys mostly follow one another in the text
/// that they were cut out of.
enum { AHEAD = 2048 };

// Each takes a copy of the filter, which stays in registers: writing a hash cannot change it.

SEKISHO_INLINE size_t filter_portable(sekisho_key_filter filter, const uint8_t *bytes,
                                      size_t byte_count, const sekisho_key_place *keys, size_t count,
                                      key_list list, size_t width, int folds) {
  for (size_t i = 0; i < count; i++) {
    sekisho_key_place key = keys[i];
    if (!is_usable(&filter, key, byte_count, width)) continue;
    sekisho_prefetch((const void *)((uintptr_t)(bytes + key.offset) + AHEAD));
    add_key(&filter, &list, i,
            sekisho_key_hash(&filter.secrets, bytes + key.offset, byte_count - key.offset,
                             width ? width : key.length, folds));
  }
  return test_keys(&filter, list);
}

#if defined(__x86_64__)
SEKISHO_INLINE AVX2 size_t filter_avx2(sekisho_key_filter filter, const uint8_t *bytes,
                                       size_t byte_count, const sekisho_key_place *keys, size_t count,
                                       key_list list, size_t width, int folds) {
  const uint64_t *secrets = filter.secrets.words;
  for (size_t i = 0; i < count; i++) {
    sekisho_key_place key = keys[i];
    if (!is_usable(&filter, key, byte_count, width)) continue;
    const uint8_t *start = bytes + key.offset;
    sekisho_prefetch((const void *)((uintptr_t)start + AHEAD));
    size_t length = width ? width : key.length, available = byte_count - key.offset;
    int is_short = (available >= SEKISHO_HASH_BLOCK) & (length <= SEKISHO_HASH_BLOCK);
    uint64_t hash;
    if (__builtin_expect(is_short, 1)) {
      hash = sekisho_hash_end(secrets, sekisho_hash_begin(length),
                              sum_block_avx2(secrets, start, length, folds));
    } else {
      hash = sekisho_key_hash(&filter.secrets, start, available, length, folds);
    }
    add_key(&filter, &list, i, hash);
  }
  return test_keys(&filter, list);
}
#endif

// Constants for the lengths of keys that lists of indicators have make the loops shorter.
#define CHOOSE_SHAPE(filter_keys)                                                                    \
  do {                                                                                               \
    if (filter->folds) return filter_keys(*filter, bytes, byte_count, keys, count, list, 0, 1);      \
    switch (filter->shortest == filter->longest ? filter->shortest : 0) {                            \
    case 16: return filter_keys(*filter, bytes, byte_count, keys, count, list, 16, 0);               \
    case 20: return filter_keys(*filter, bytes, byte_count, keys, count, list, 20, 0);               \
    case 32: return filter_keys(*filter, bytes, byte_count, keys, count, list, 32, 0);               \
    default: return filter_keys(*filter, bytes, byte_count, keys, count, list, 0, 0);                \
    }                                                                                                \
  } while (0)

static size_t choose_portable(const sekisho_key_filter *filter, const uint8_t *bytes,
                              size_t byte_count, const sekisho_key_place *keys, size_t count,
                              key_list list) {
  CHOOSE_SHAPE(filter_portable);
}

#if defined(__x86_64__)
AVX2 static size_t choose_avx2(const sekisho_key_filter *filter, const uint8_t *bytes,
                               size_t byte_count, const sekisho_key_place *keys, size_t count,
                               key_list list) {
  CHOOSE_SHAPE(filter_avx2);
}
#endif

size_t sekisho_filter_keys(int32_t variant, const sekisho_key_filter *filter, const uint8_t *bytes,
                           size_t byte_count, const sekisho_key_place *keys, size_t count,
                           uint32_t *members, uint64_t *hashes) {
  key_list list = {members, hashes, 0};
#if defined(__x86_64__)
  if (variant == SEKISHO_AVX512_GATHER && filter->word_count <= UINT32_MAX) {
    return sekisho_filter_keys_avx512(filter, bytes, byte_count, keys, count, members, hashes);
  }
  if (variant != SEKISHO_PORTABLE) {
    return choose_avx2(filter, bytes, byte_count, keys, count, list);
  }
#endif
  (void)variant;
  return choose_portable(filter, bytes, byte_count, keys, count, list);
}
