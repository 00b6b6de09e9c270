/// Loops that need instructions Swift cannot express. They know shapes of bytes (labels, numbers,
/// lines), not what is looked for.
///
/// Each kernel has one portable form, which is the reference, and forms for particular
/// instructions. All give the same answers. None reads outside the ranges that it is given.
#ifndef SEKISHO_CBYTEKERNELS_H
#define SEKISHO_CBYTEKERNELS_H

#include "FilterGrams.h"
#include "FilterKeys.h"
#include "FilterNames.h"
#include "FindIntervals.h"
#include "FindShapes.h"
#include "LookupAddresses.h"
#include "StepOverLines.h"
#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "filters are little-endian words of a file, and are read as they are"
#endif

/// Asks for the cache line that holds an address.
///
/// A hint: the address need not be readable, and nothing depends on whether the line arrives.
/// Unlike a load it does not stay in the processor's window until the line is there, so that many
/// more can be under way.
static inline __attribute__((always_inline)) void sekisho_prefetch(const void *_Nullable address) {
  __builtin_prefetch(address, 0, 3);
}

/// Which instructions a kernel may use.
enum {
  SEKISHO_PORTABLE = 0,
  SEKISHO_AVX2 = 1,
  SEKISHO_NEON = 2,
  SEKISHO_AVX512 = 3,
  /// AVX-512 as above, and windows are fetched eight at a time.
  SEKISHO_AVX512_GATHER = 4,
};

/// The fastest of the variants that this processor can run.
int32_t sekisho_best_variant(void);

/// Whether this processor, and this build, can run a variant.
int32_t sekisho_has_variant(int32_t variant);

/// Bytes of the tables of `sekisho_find_pairs`.
enum { SEKISHO_PAIR_TABLE_BYTES = 64 };

/// Room that `positions` must have beyond what a caller wants to receive at least.
enum { SEKISHO_PAIR_SLACK = 64 };

/// Finds pairs of neighbouring bytes that belong together.
///
/// Eight groups of pairs are looked for at once. Group g holds a pair (a, b) if bit g is set in
/// each of four bytes: the entries for the low and the high half of a in the first two tables of
/// sixteen, and those for b in the other two. The last byte of all has no neighbour; it counts if
/// some neighbour would make it a pair. `more`, if given, holds the tables of eight more groups.
///
/// Looks at the positions `from ..< limit` of `count` bytes, in rising order, and stops early when
/// less than `SEKISHO_PAIR_SLACK` places are left. `limit` is at most `count` and 2^32.
///
/// - Returns: the first position that was not looked at; `*found` is the number of positions
///   written.
size_t sekisho_find_pairs(int32_t variant, const uint8_t *_Nonnull bytes, size_t count, size_t from,
                          size_t limit, const uint8_t *_Nonnull tables,
                          const uint8_t *_Nullable more, uint32_t *_Nonnull positions,
                          size_t capacity, size_t *_Nonnull found);

/// Keeps the positions of pairs whose bit is set in a table of 65 536 bits.
///
/// The table is 1024 words of 64 bits, of any alignment; a pair's bit is its first byte times 256
/// plus its second. The last of all bytes has no neighbour and is kept. The caller promises that
/// `base + position < count`.
///
/// - Returns: how many were kept, in place and in order.
size_t sekisho_keep_pairs(const uint8_t *_Nonnull bytes, size_t count, size_t base,
                          uint32_t *_Nonnull positions, size_t position_count,
                          const void *_Nonnull table);

/// A window of up to eight bytes around a position, and a filter over the windows that are wanted.
typedef struct {
  /// Bytes of the window before the position.
  uint32_t before;
  /// Bytes of the window, 1 to 8.
  uint32_t width;
  /// Seed of the hash: other windows hash the same bytes differently.
  uint64_t seed;
  /// The filter: 2 to the power `word_bits` words of 64 bits, of any alignment; each key has two
  /// bits in one word.
  const void *_Nonnull filter;
  uint32_t word_bits;
} sekisho_window;

/// Odd factors of the hash of a window.
#define SEKISHO_WINDOW_FIRST 0x9E3779B97F4A7C15u
#define SEKISHO_WINDOW_SECOND 0xD6E8FEB86659FD93u

/// The hash of a window's bytes, the first one lowest, zeros above; the case of letters does not
/// count.
static inline __attribute__((always_inline)) uint64_t sekisho_window_hash(uint64_t bytes,
                                                                          uint32_t width,
                                                                          uint64_t seed) {
  uint64_t word = (bytes | 0x2020202020202020u) & (~(uint64_t)0 >> (64 - 8 * width));
  word = (word ^ seed) * SEKISHO_WINDOW_FIRST;
  word = (word ^ word >> 32) * SEKISHO_WINDOW_SECOND;
  return word ^ word >> 32;
}

/// The word of a filter of 2 to the power `word_bits` words that a hash belongs to.
static inline __attribute__((always_inline)) uint64_t sekisho_window_word(uint64_t hash,
                                                                          uint32_t word_bits) {
  return (hash >> 32) & (((uint64_t)1 << word_bits) - 1);
}

/// The two bits that a hash has in that word.
static inline __attribute__((always_inline)) uint64_t sekisho_window_mask(uint64_t hash) {
  return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63);
}

/// Keeps the positions whose window lies inside the bytes and passes the filter.
///
/// Positions are relative to `base`. The caller promises that `base + position < count`, and that
/// positions rise and lie within 2 GiB. `passed` and `hashes` have room for `position_count` each.
///
/// - Returns: how many passed; their positions and hashes are written, in the same order.
size_t sekisho_filter_windows(int32_t variant, const uint8_t *_Nonnull bytes, size_t count,
                              size_t base, const uint32_t *_Nonnull positions,
                              size_t position_count, const sekisho_window *_Nonnull window,
                              uint32_t *_Nonnull passed, uint64_t *_Nonnull hashes);

#endif
