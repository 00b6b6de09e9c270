#include "FilterKeys.h"
#include "FilterNames.h"
#include "Variants.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

// Where the sixteen bytes that end with a name of `length` bytes go in its key. The low half is the
// last eight bytes of the name and the high half those before them, each with zeros above.
#define LOW(length, i) \
  ((length) > 8 ? 8 + (i) : (i) < (length) ? 16 - (length) + (i) : 0x80)
#define HIGH(length, i) ((i) + 8 < (length) ? 16 - (length) + (i) : 0x80)
#define HALF(part, n) \
  part(n, 0), part(n, 1), part(n, 2), part(n, 3), part(n, 4), part(n, 5), part(n, 6), part(n, 7)
#define KEY(length) {HALF(LOW, length), HALF(HIGH, length)}

static const uint8_t keys[SEKISHO_NAME_LENGTH + 1][16] = {
    KEY(0), KEY(1),  KEY(2),  KEY(3),  KEY(4),  KEY(5),  KEY(6),  KEY(7), KEY(8),
    KEY(9), KEY(10), KEY(11), KEY(12), KEY(13), KEY(14), KEY(15), KEY(16)};

enum { behind_backslash = 1, behind_percent = 2 };

/// Which bytes before a name may hide its first byte, one bit each; and for each first byte, by
/// which of them it may be hidden.
static const uint8_t odd_before[256] = {['\\'] = behind_backslash, ['%'] = behind_percent};
static const uint8_t odd_first[256] = {
    ['-'] = 2, ['0' ... '9'] = 2, ['A' ... 'Z'] = 2, ['_'] = 2, ['a'] = 2,         ['b'] = 3,
    ['c' ... 'e'] = 2, ['f'] = 3, ['g' ... 'm'] = 2, ['n'] = 3, ['o' ... 'q'] = 2, ['r'] = 3,
    ['s'] = 2, ['t' ... 'u'] = 3, ['v' ... 'w'] = 2, ['x'] = 3, ['y' ... 'z'] = 2};

AVX2 size_t sekisho_filter_names_avx2(const sekisho_name_filter *filter, const uint8_t *bytes,
                                      const uint32_t *starts, const uint32_t *dots,
                                      const uint32_t *ends, size_t count, uint32_t *kept) {
  const uint8_t *const words = filter->words;
  const uint64_t word_count = filter->word_count;
  size_t kept_count = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t start = starts[i], end = ends[i], length = end - start;
    kept[kept_count] = (uint32_t)i;
    if (__builtin_expect((start == 0) | (end < 16), 0)) {
      kept_count++;
      continue;
    }
    // No branch on how long the name is either, which could not be predicted.
    const uint32_t is_long = length > SEKISHO_NAME_LENGTH;
    const __m128i last = _mm_or_si128(_mm_loadu_si128((const __m128i *)(bytes + end - 16)),
                                      _mm_set1_epi8(0x20));
    const __m128i key =
        _mm_shuffle_epi8(last, _mm_loadu_si128((const __m128i *)keys[is_long ? 0 : length]));
    const uint64_t hash = sekisho_name_hash((uint64_t)_mm_cvtsi128_si64(key),
                                            (uint64_t)_mm_extract_epi64(key, 1), length);
    uint64_t word;
    memcpy(&word, words + 8 * sekisho_scaled(hash, word_count), 8);
    const uint64_t is_known = word >> (hash & 63) & word >> (hash >> 6 & 63) &
                              word >> (hash >> 12 & 63) & word >> (hash >> 18 & 63) & 1;
    const uint64_t tail = (uint64_t)_mm_extract_epi64(last, 1);
    const uint32_t is_reverse = (end - dots[i] == 5) & (tail >> 32 == 0x61707261);
    const uint8_t first = bytes[start];
    const uint32_t is_odd = (first == '-') | (tail >> 56 == '-') |
                            ((odd_before[bytes[start - 1]] & odd_first[first]) != 0);
    kept_count += (uint32_t)is_known | is_reverse | is_odd | is_long;
  }
  return kept_count;
}

#endif
