#include "Variants.h"
#include <string.h>

/// The bytes of a window, one by one, where eight bytes cannot be loaded; the window itself is
/// inside.
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

/// The bytes around positions, and the windows that are wanted. Passed by value: the compiler must
/// assume that storing a position changes whatever is behind a pointer.
typedef struct {
  /// Where the window of position 0 would begin.
  const uint8_t *start;
  const uint8_t *filter;
  uint64_t seed, words;
  uint32_t width;
} window_search;

/// What passed so far.
typedef struct {
  uint32_t *positions;
  uint64_t *hashes;
  size_t count;
} window_list;

/// Adds a position if its window's bytes pass the filter. No branch on the answer, so that the
/// loads overlap.
static inline __attribute__((always_inline)) void add(window_search search, uint32_t position,
                                                      uint64_t bytes, window_list *list) {
  const uint64_t hash = sekisho_window_hash(bytes, search.width, search.seed);
  const uint64_t word = load_word(search.filter + 8 * (hash >> 32 & search.words));
  list->positions[list->count] = position;
  list->hashes[list->count] = hash;
  // Tests both bits of `sekisho_window_mask`.
  list->count += word >> (hash & 63) & word >> (hash >> 6 & 63) & 1;
}

static inline __attribute__((always_inline)) size_t keep(window_search search,
                                                         const uint32_t *positions, size_t from,
                                                         size_t to, window_list list) {
  for (size_t index = from; index < to; index++) {
    add(search, positions[index], load_word(search.start + positions[index]), &list);
  }
  return list.count;
}

#if SEKISHO_HAS_AVX2
/// The same with BMI2, which shifts by what is in any register.
__attribute__((target("avx2,bmi,bmi2"))) static size_t keep_avx2(window_search search,
                                                                 const uint32_t *positions,
                                                                 size_t from, size_t to,
                                                                 window_list list) {
  return keep(search, positions, from, to, list);
}
#endif

size_t sekisho_filter_windows(int32_t variant, const uint8_t *bytes, size_t count, size_t base,
                              const uint32_t *positions, size_t position_count,
                              const sekisho_window *window, uint32_t *passed, uint64_t *hashes) {
  const size_t before = window->before;
  size_t index = 0, kept = 0;
  // Positions rise: the windows of the first ones may begin before the bytes.
  while (index < position_count && base + positions[index] < before) index++;
#if SEKISHO_HAS_AVX2
  if (variant == SEKISHO_AVX512_GATHER) {
    index += sekisho_filter_windows_avx512(bytes, count, base, positions + index,
                                           position_count - index, window, passed, hashes, &kept);
  }
#else
  (void)variant;
#endif
  const window_search search = {(const uint8_t *)((uintptr_t)bytes + base - before), window->filter,
                                window->seed, ((uint64_t)1 << window->word_bits) - 1, window->width};
  window_list list = {passed, hashes, kept};
  // For the last ones, eight bytes from the window's start on may reach beyond the bytes.
  size_t end = position_count;
  while (end > index && base + positions[end - 1] - before + 8 > count) end--;
#if SEKISHO_HAS_AVX2
  list.count = variant == SEKISHO_PORTABLE ? keep(search, positions, index, end, list)
                                           : keep_avx2(search, positions, index, end, list);
#else
  list.count = keep(search, positions, index, end, list);
#endif
  for (index = end; index < position_count; index++) {
    size_t start = base + positions[index] - before;
    if (start + search.width > count) break;
    add(search, positions[index], load_part(bytes + start, search.width), &list);
  }
  return list.count;
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
