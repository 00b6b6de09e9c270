/// Numbers among rising numbers: which is the last that is not above each.
#ifndef SEKISHO_FIND_INTERVALS_H
#define SEKISHO_FIND_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

/// Numbers of a node, the 64 bytes of a line of the cache.
enum { SEKISHO_INTERVAL_FAN = 8 };

/// Rising numbers, and above them a tree without pointers. All are little-endian words of 64 bits, of any
/// alignment, and may be anything.
///
/// The level above a level holds every eighth of its numbers, from the first on, and is filled up to a
/// multiple of eight with the largest number that there is. The top level is one node.
typedef struct {
  const void *_Nonnull starts;
  /// The levels' numbers, the top first.
  const void *_Nonnull levels;
  /// Numbers in `starts`, 1 to 2^32 - 1.
  uint32_t count;
  /// 0 if there are at most eight numbers.
  uint32_t level_count;
  /// The number in `levels` at which each begins, and the end: `level_count + 1`, right ones.
  const uint32_t *_Nonnull level_firsts;
} sekisho_interval_table;

/// The index of the last number that is not above each of `count` others; 0 where all are above it.
void sekisho_find_intervals(int32_t variant, const sekisho_interval_table *_Nonnull table,
                            const uint64_t *_Nonnull wanted, size_t count,
                            uint32_t *_Nonnull found);

#endif
