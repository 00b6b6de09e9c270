/// Intervals: which of some rising numbers is the last that is not above another.
#ifndef SEKISHO_FIND_INTERVALS_H
#define SEKISHO_FIND_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

/// How many numbers a node has: the 64 bytes of a cache line.
enum { SEKISHO_INTERVAL_FAN = 8 };

/// Rising numbers, and a tree without pointers above them. All are little-endian words of 64 bits,
/// of any alignment, and may be anything.
///
/// Each level holds every eighth number of the level below it, from the first on, and is filled up
/// to a multiple of eight with the largest number that there is. The top level is one node.
typedef struct {
  const void *_Nonnull starts;
  /// The numbers of the levels, the top level first.
  const void *_Nonnull levels;
  /// How many numbers `starts` has, 1 to 2^32 - 1.
  uint32_t count;
  /// How many levels there are; 0 if `starts` has at most eight numbers.
  uint32_t level_count;
  /// The index in `levels` at which each level begins, and the end: `level_count + 1` numbers,
  /// which must be right.
  const uint32_t *_Nonnull level_firsts;
} sekisho_interval_table;

/// Finds, for each of `count` numbers, the index of the last number in `starts` that is not above
/// it; 0 if all are above it.
void sekisho_find_intervals(int32_t variant, const sekisho_interval_table *_Nonnull table,
                            const uint64_t *_Nonnull wanted, size_t count,
                            uint32_t *_Nonnull found);

#endif
