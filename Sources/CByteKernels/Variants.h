#ifndef SEKISHO_VARIANTS_H
#define SEKISHO_VARIANTS_H

#include "CByteKernels.h"

#if defined(__x86_64__)
#define SEKISHO_HAS_AVX2 1
#endif
#if defined(__aarch64__)
#define SEKISHO_HAS_NEON 1
#endif

/// The groups of the byte `a` as the first of a pair.
static inline uint8_t sekisho_first_groups(const uint8_t *tables, uint8_t a) {
  return tables[a & 15] & tables[16 + (a >> 4)];
}

/// The groups of the byte `b` as the second of a pair.
static inline uint8_t sekisho_second_groups(const uint8_t *tables, uint8_t b) {
  return tables[32 + (b & 15)] & tables[48 + (b >> 4)];
}

// Each looks at as many whole vectors as it can, and returns where it stopped.

size_t sekisho_find_pairs_avx2(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, uint32_t *positions, size_t capacity,
                               size_t *found);
size_t sekisho_find_pairs_avx512(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                                 const uint8_t *tables, uint32_t *positions, size_t capacity,
                                 size_t *found);
size_t sekisho_find_pairs_neon(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, uint32_t *positions, size_t capacity,
                               size_t *found);

#endif
