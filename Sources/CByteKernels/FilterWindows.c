#include "Variants.h"
#include <string.h>

/// The window's bytes where eight bytes cannot be loaded; the window itself is inside.
static uint64_t load_part(const uint8_t *bytes, uint32_t width) {
  uint64_t word = 0;
  for (uint32_t at = 0; at < width; at++) word |= (uint64_t)bytes[at] << (8 * at);
  return word;
}

static inline uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

size_t sekisho_filter_windows(int32_t variant, const uint8_t *bytes, size_t count, size_t base,
                              const uint32_t *positions, size_t position_count,
                              const sekisho_window *window, uint32_t *passed, uint64_t *hashes) {
  const size_t before = window->before;
  const uint32_t width = window->width, word_bits = window->word_bits;
  const uint64_t seed = window->seed;
  const uint8_t *filter = window->filter;
  size_t kept = 0;
  size_t index = 0;
  // Positions rise: first those whose window would begin too early.
  while (index < position_count && base + positions[index] < before) index++;
#if SEKISHO_HAS_AVX2
  if (variant == SEKISHO_AVX512_GATHER) {
    index += sekisho_filter_windows_avx512(bytes, count, base, positions + index,
                                           position_count - index, window, passed, hashes, &kept);
  }
#else
  (void)variant;
#endif
  // No branch on the filter's answer, so that the loads run ahead of one another.
  for (; index < position_count; index++) {
    size_t start = base + positions[index] - before;
    if (start + 8 > count) break;
    uint64_t hash = sekisho_window_hash(load_word(bytes + start), width, seed);
    uint64_t mask = sekisho_window_mask(hash);
    passed[kept] = positions[index];
    hashes[kept] = hash;
    kept += (load_word(filter + 8 * sekisho_window_word(hash, word_bits)) & mask) == mask;
  }
  for (; index < position_count; index++) {
    size_t start = base + positions[index] - before;
    if (start + width > count) break;
    uint64_t hash = sekisho_window_hash(load_part(bytes + start, width), width, seed);
    uint64_t mask = sekisho_window_mask(hash);
    passed[kept] = positions[index];
    hashes[kept] = hash;
    kept += (load_word(filter + 8 * sekisho_window_word(hash, word_bits)) & mask) == mask;
  }
  return kept;
}

size_t sekisho_keep_pairs(const uint8_t *bytes, size_t count, size_t base, uint32_t *positions,
                          size_t position_count, const void *table) {
  const uint8_t *bits = table;
  size_t kept = 0;
  for (size_t index = 0; index < position_count; index++) {
    uint32_t position = positions[index];
    size_t at = base + position;
    positions[kept] = position;
    if (at + 1 < count) {
      uint32_t pair = (uint32_t)bytes[at] << 8 | bytes[at + 1];
      kept += bits[pair >> 3] >> (pair & 7) & 1;
    } else {
      kept++;
    }
  }
  return kept;
}
