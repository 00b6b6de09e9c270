#include "Variants.h"
#include <string.h>

static inline uint32_t load_word(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

/// The bytes around anchors, and the table of grams. Passed by value: the compiler must assume that
/// storing a position changes whatever is behind a pointer.
typedef struct {
  const uint8_t *bytes;
  size_t count;
  const uint8_t *table;
  uint32_t bits;
} gram_search;

/// Whether the table holds a gram of a kind, if there are any of that kind; `kinds` is a constant.
static inline __attribute__((always_inline)) uint32_t holds(gram_search search, uint32_t kinds,
                                                            uint32_t kind, uint32_t gram) {
  if (!(kinds >> kind & 1)) return 0;
  uint32_t bit = sekisho_gram_bit(gram, kind, search.bits);
  return load_word(search.table + 4 * (bit >> 5)) >> (bit & 31) & 1;
}

/// Keeps those of the positions from `*index` on that have some gram in the table; returns how many
/// are kept then. Stops at the first position from which four bytes cannot be read.
static inline __attribute__((always_inline)) size_t keep(gram_search search, uint32_t kinds,
                                                         uint32_t *positions, size_t position_count,
                                                         size_t *index, size_t kept) {
  size_t at = *index;
  for (; at < position_count && search.count - positions[at] >= 4; at++) {
    const uint32_t position = positions[at];
    const uint32_t low = load_word(search.bytes + position - 2),
                   high = load_word(search.bytes + position);
    const uint32_t around = low >> 8 | (high << 8 & 0xFF000000u);
    positions[kept] = position;
    kept += holds(search, kinds, SEKISHO_GRAM_FROM, high) |
            holds(search, kinds, SEKISHO_GRAM_AROUND, around) |
            holds(search, kinds, SEKISHO_GRAM_BEFORE, low) |
            holds(search, kinds, SEKISHO_GRAM_PAIR, low >> 16);
  }
  *index = at;
  return kept;
}

/// One loop for each choice of kinds, so that kinds that are not looked for cost nothing.
static inline __attribute__((always_inline)) size_t keep_kinds(gram_search search, uint32_t kinds,
                                                               uint32_t *positions,
                                                               size_t position_count, size_t *index,
                                                               size_t kept) {
#define KINDS(kinds) \
  case kinds: return keep(search, kinds, positions, position_count, index, kept)
  switch (kinds) {
    KINDS(1);
    KINDS(2);
    KINDS(3);
    KINDS(4);
    KINDS(5);
    KINDS(6);
    KINDS(7);
    KINDS(8);
    KINDS(9);
    KINDS(10);
    KINDS(11);
    KINDS(12);
    KINDS(13);
    KINDS(14);
    KINDS(15);
  default: return kept;
  }
#undef KINDS
}

#if SEKISHO_HAS_AVX2
/// The same with BMI2, which shifts by what is in any register.
__attribute__((target("avx2,bmi,bmi2"))) static size_t
keep_kinds_avx2(gram_search search, uint32_t kinds, uint32_t *positions, size_t position_count,
                size_t *index, size_t kept) {
  return keep_kinds(search, kinds, positions, position_count, index, kept);
}
#endif

size_t sekisho_keep_grams(int32_t variant, const uint8_t *bytes, size_t count, size_t base,
                          uint32_t *positions, size_t position_count, const sekisho_grams *grams) {
  size_t index = 0;
  // Positions rise: the first ones may have too few bytes before them, the last ones behind.
  while (index < position_count && base + positions[index] < 2) index++;
  size_t kept = index;
#if SEKISHO_HAS_AVX2
  if (variant == SEKISHO_AVX512_GATHER) {
    size_t kept_so_far = kept;
    index += sekisho_keep_grams_avx512(bytes, count, base, positions, index, position_count, grams,
                                       &kept_so_far);
    kept = kept_so_far;
  }
#else
  (void)variant;
#endif
  const gram_search search = {
      .bytes = bytes + base, .count = count - base, .table = grams->table, .bits = grams->bits};
#if SEKISHO_HAS_AVX2
  kept = variant == SEKISHO_PORTABLE
             ? keep_kinds(search, grams->kinds, positions, position_count, &index, kept)
             : keep_kinds_avx2(search, grams->kinds, positions, position_count, &index, kept);
#else
  kept = keep_kinds(search, grams->kinds, positions, position_count, &index, kept);
#endif
  for (; index < position_count; index++) positions[kept++] = positions[index];
  return kept;
}
