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

/// The groups of a byte as the first of a pair; those of `more`, if given, are in the high byte.
static inline uint16_t sekisho_all_first_groups(const uint8_t *tables, const uint8_t *more, uint8_t a) {
  return (uint16_t)(sekisho_first_groups(tables, a) |
                    (more ? sekisho_first_groups(more, a) << 8 : 0));
}

/// The groups of a byte as the second of a pair, likewise.
static inline uint16_t sekisho_all_second_groups(const uint8_t *tables, const uint8_t *more, uint8_t b) {
  return (uint16_t)(sekisho_second_groups(tables, b) |
                    (more ? sekisho_second_groups(more, b) << 8 : 0));
}

/// How many bytes a finder looks at before it asks again whether pairs are rare.
enum { SEKISHO_PAIR_STRETCH = 4096 };

/// Asks for the bytes that a walk will come to soon.
///
/// The processor's own prefetching ends at each page. This is a hint: nothing is read, and nothing
/// need be there.
static inline void sekisho_prefetch_behind(const uint8_t *bytes) {
  sekisho_prefetch((const void *)((uintptr_t)bytes + 2048));
}

// Each looks at as many vectors as it can, and returns where it stopped.

size_t sekisho_find_pairs_avx2(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, const uint8_t *more, uint32_t *positions,
                               size_t capacity, size_t *found);
size_t sekisho_find_pairs_avx512(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                                 const uint8_t *tables, const uint8_t *more, uint32_t *positions,
                                 size_t capacity, size_t *found);
size_t sekisho_find_pairs_neon(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, const uint8_t *more, uint32_t *positions,
                               size_t capacity, size_t *found);

/// Looks at positions as long as eight bytes can be read from their window's start on; returns how
/// many, and in `kept` how many of them passed. No window of these may begin before the bytes.
size_t sekisho_filter_windows_avx512(const uint8_t *bytes, size_t count, size_t base,
                                     const uint32_t *positions, size_t position_count,
                                     const sekisho_window *window, uint32_t *passed,
                                     uint64_t *hashes, size_t *kept);

/// Looks at positions from index `from` on as long as three bytes follow each, and returns how
/// many. Two bytes are before each. Those that are kept are written behind the `kept` before them.
size_t sekisho_keep_grams_avx512(const uint8_t *bytes, size_t count, size_t base,
                                 uint32_t *positions, size_t from, size_t position_count,
                                 const sekisho_grams *grams, size_t *kept);

/// `sekisho_filter_keys` for filters of fewer than 2^32 words.
size_t sekisho_filter_keys_avx512(const sekisho_key_filter *filter, const uint8_t *bytes,
                                  size_t byte_count, const sekisho_key_place *keys, size_t count,
                                  uint32_t *members, uint64_t *hashes);

/// `sekisho_filter_names`, with all bytes of a name at once.
size_t sekisho_filter_names_avx2(const sekisho_name_filter *filter, const uint8_t *bytes,
                                 const uint32_t *starts, const uint32_t *dots, const uint32_t *ends,
                                 size_t count, uint32_t *kept);

/// `sekisho_filter_names`, eight names at a time.
size_t sekisho_filter_names_avx512(const sekisho_name_filter *filter, const uint8_t *bytes,
                                   const uint32_t *starts, const uint32_t *dots,
                                   const uint32_t *ends, size_t count, uint32_t *kept);

#endif
