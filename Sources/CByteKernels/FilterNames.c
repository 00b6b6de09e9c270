#include "FilterNames.h"

#include <string.h>

#include "Variants.h"

static uint64_t word_before(const uint8_t *end) {
  uint64_t word;
  memcpy(&word, end - 8, 8);
  return word;
}

/// Whether a name is worth a look, without a branch on its bytes, so that the loads overlap.
static size_t is_kept(const sekisho_name_filter *filter, const uint8_t *bytes, uint32_t start,
                      uint32_t dot, uint32_t end) {
  const uint32_t length = end - start;
  if (start == 0 || end < 16 || length > SEKISHO_NAME_LENGTH) return 1;
  const uint64_t bit5 = 0x2020202020202020u;
  const uint64_t last = word_before(bytes + end) | bit5;
  const uint64_t before = word_before(bytes + end - 8) | bit5;
  const int is_long = length > 8;
  const uint64_t low = is_long ? last : last >> (64 - 8 * length);
  const uint64_t high = is_long ? before >> (128 - 8 * length) : 0;
  const uint64_t hash = sekisho_name_hash(low, high, length);
  const uint64_t mask = sekisho_filter_mask(hash);
  uint64_t word;
  memcpy(&word, (const uint8_t *)filter->words + 8 * sekisho_scaled(hash, filter->word_count), 8);
  const int is_known = (word & mask) == mask;
  const int is_reverse = (end - dot == 5) & (last >> 32 == 0x61707261);
  const uint8_t first = bytes[start], border = bytes[start - 1];
  const int is_odd = (first == '-') | (bytes[end - 1] == '-') | (border == '%') |
                     ((border == '\\') & sekisho_begins_escape(first));
  return (size_t)(is_known | is_reverse | is_odd);
}

size_t sekisho_filter_names(const sekisho_name_filter *filter, const uint8_t *bytes,
                            const uint32_t *starts, const uint32_t *dots, const uint32_t *ends,
                            size_t count, uint32_t *kept, int way) {
#if defined(__x86_64__)
  if (way == sekisho_text_avx512) {
    return sekisho_filter_names_avx512(filter, bytes, starts, dots, ends, count, kept);
  }
  if (way == sekisho_text_avx2) {
    return sekisho_filter_names_avx2(filter, bytes, starts, dots, ends, count, kept);
  }
#endif
  (void)way;
  size_t kept_count = 0;
  for (size_t i = 0; i < count; i++) {
    kept[kept_count] = (uint32_t)i;
    kept_count += is_kept(filter, bytes, starts[i], dots[i], ends[i]);
  }
  return kept_count;
}
