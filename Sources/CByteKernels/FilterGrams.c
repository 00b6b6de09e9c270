#include "Variants.h"
#include <string.h>

static inline uint32_t load_word(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

static inline uint32_t holds(const sekisho_grams *grams, uint32_t kind, uint32_t gram) {
  // The same branch for all positions of a call: kinds that nobody asked for cost no look.
  if (!(grams->kinds >> kind & 1)) return 0;
  uint32_t bit = sekisho_gram_bit(gram, kind, grams->bits);
  return ((const uint8_t *)grams->table)[bit >> 3] >> (bit & 7) & 1;
}

size_t sekisho_keep_grams(int32_t variant, const uint8_t *bytes, size_t count, size_t base,
                          uint32_t *positions, size_t position_count, const sekisho_grams *grams) {
  size_t index = 0;
  // Positions rise: the first ones may have too few bytes before them, the last ones behind.
  while (index < position_count && base + positions[index] < 2) index++;
  size_t kept = index;
#if SEKISHO_HAS_AVX2
  if (variant == SEKISHO_AVX512_GATHER) {
    index += sekisho_keep_grams_avx512(bytes, count, base, positions, index, position_count, grams,
                                       &kept);
  }
#else
  (void)variant;
#endif
  for (; index < position_count; index++) {
    size_t at = base + positions[index];
    if (count - at < 4) break;
    uint32_t low = load_word(bytes + at - 2), high = load_word(bytes + at);
    uint32_t holds_any = holds(grams, SEKISHO_GRAM_FROM, high) |
                         holds(grams, SEKISHO_GRAM_AROUND, low >> 8 | (high << 8 & 0xFF000000u)) |
                         holds(grams, SEKISHO_GRAM_BEFORE, low) |
                         holds(grams, SEKISHO_GRAM_PAIR, low >> 16);
    positions[kept] = positions[index];
    kept += holds_any;
  }
  for (; index < position_count; index++) positions[kept++] = positions[index];
  return kept;
}
