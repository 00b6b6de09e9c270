/// Names of two labels in text: which of them a Bloom filter lets through.
#ifndef SEKISHO_FILTER_NAMES_H
#define SEKISHO_FILTER_NAMES_H

#include <stddef.h>
#include <stdint.h>

/// A filter over the last two labels of names; a key has four bits in one word.
typedef struct {
  /// Words of 64 bits, little-endian and of any alignment; a key's word is the one that its hash
  /// scales to.
  const void *_Nonnull words;
  /// From 1 to 2^32 - 1.
  uint64_t word_count;
} sekisho_name_filter;

enum {
  /// The longest name, in bytes, that is looked at.
  SEKISHO_NAME_LENGTH = 16,
  /// Room behind the names that are kept, since more is written than counts.
  SEKISHO_NAMES_SLACK = 8,
};

/// The hash of a name: `low` is its last eight bytes and `high` those before them, the last byte
/// highest, with bit 5 set, and zeros where the name has no byte.
static inline __attribute__((always_inline)) uint64_t sekisho_name_hash(uint64_t low, uint64_t high,
                                                                        uint64_t length) {
  const __uint128_t product =
      (__uint128_t)(low ^ 0x9e3779b97f4a7c15u) * (high ^ 0xbf58476d1ce4e5b9u ^ length << 56);
  return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// The letters that, behind a backslash, begin an escape that takes some of what follows or is a
/// border by itself, one bit each from `b` on: `b`, `f`, `n`, `r`, `t`, `u`, `x`.
#define SEKISHO_ESCAPE_LETTERS 0x4d1011u

/// Whether a byte behind a backslash begins an escape.
static inline __attribute__((always_inline)) int sekisho_begins_escape(uint8_t byte) {
  const uint8_t letter = (uint8_t)(byte - 'b');
  return (letter < 32) & (SEKISHO_ESCAPE_LETTERS >> (letter & 31) & 1);
}

/// Keeps the names that are worth a look, by their indices; returns how many.
///
/// A name lies between a start and an end: two labels with a dot between them. It is worth a look
/// if the filter lets it through; if it has a hyphen at an end, a percent sign before it, or a
/// backslash before it that begins an escape with its first letter; or if it ends in `arpa`. A name
/// that begins with the text, ends before the sixteenth byte or is longer than
/// `SEKISHO_NAME_LENGTH` is kept without a test.
///
/// `kept` has room for `SEKISHO_NAMES_SLACK` more than there are names. `way` is one of those of
/// `sekisho_text_best`.
size_t sekisho_filter_names(const sekisho_name_filter *_Nonnull filter,
                            const uint8_t *_Nonnull bytes, const uint32_t *_Nonnull starts,
                            const uint32_t *_Nonnull dots, const uint32_t *_Nonnull ends,
                            size_t count, uint32_t *_Nonnull kept, int way);

#endif
