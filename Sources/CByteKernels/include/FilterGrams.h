#ifndef SEKISHO_FILTER_GRAMS_H
#define SEKISHO_FILTER_GRAMS_H

#include <stddef.h>
#include <stdint.h>

/// Kinds of grams: which bytes around a position, the byte at the position among them, are hashed
/// together.
enum {
  /// Four bytes from the position on.
  SEKISHO_GRAM_FROM = 0,
  /// Four bytes, of which one is before the position.
  SEKISHO_GRAM_AROUND = 1,
  /// Four bytes, of which two are before the position.
  SEKISHO_GRAM_BEFORE = 2,
  /// The byte at the position and the next one.
  SEKISHO_GRAM_PAIR = 3,
  SEKISHO_GRAM_KINDS = 4,
};

/// A set of grams, in one table of bits for all kinds.
typedef struct {
  /// Bit k is set if there are grams of kind k; other kinds are not looked for.
  uint32_t kinds;
  /// Logarithm of the table's bits, 5 to 32.
  uint32_t bits;
  /// The table, of any alignment.
  const void *_Nonnull table;
} sekisho_grams;

/// The bit of a gram in a table: its bytes in order, the first one lowest, zeros above; the case of
/// letters does not count.
static inline __attribute__((always_inline)) uint32_t sekisho_gram_bit(uint32_t gram, uint32_t kind,
                                                                       uint32_t bits) {
  uint32_t folded = gram | (kind == SEKISHO_GRAM_PAIR ? 0x2020u : 0x20202020u);
  return (folded ^ kind << 28) * 0x9E3779B1u >> (32 - bits);
}

/// Keeps the positions that have some gram in the set, and those without all six bytes around them,
/// from two before to three behind.
///
/// Positions are relative to `base`. The caller promises that `base + position < count`, and that
/// positions rise and lie within 2 GiB.
///
/// - Returns: how many were kept, in place and in order.
size_t sekisho_keep_grams(int32_t variant, const uint8_t *_Nonnull bytes, size_t count, size_t base,
                          uint32_t *_Nonnull positions, size_t position_count,
                          const sekisho_grams *_Nonnull grams);

#endif
