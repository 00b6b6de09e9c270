#ifndef SEKISHO_TEXT_BLOCKS_H
#define SEKISHO_TEXT_BLOCKS_H

#include "FilterKeys.h"
#include "FindShapes.h"

#include <string.h>

// What the ways of finding shapes share: how the classes of 64 bytes lead to the places of shapes.

enum {
  /// How many bytes are looked at together: so few that their masks stay in the first-level cache.
  SEKISHO_TEXT_STRETCH = 4096,
  SEKISHO_TEXT_BLOCKS = SEKISHO_TEXT_STRETCH / 64,
};

/// Which bytes are of a class, one bit each: in the block before a stretch, its own blocks, and the
/// block behind it.
typedef struct {
  /// `name` is letters, digits, hyphen and underscore, `mark` the letters `u` and `x`, `other` all
  /// above ASCII and ESC.
  uint64_t letter[SEKISHO_TEXT_BLOCKS + 2], digit[SEKISHO_TEXT_BLOCKS + 2],
      hex[SEKISHO_TEXT_BLOCKS + 2], name[SEKISHO_TEXT_BLOCKS + 2], hyphen[SEKISHO_TEXT_BLOCKS + 2],
      dot[SEKISHO_TEXT_BLOCKS + 2], colon[SEKISHO_TEXT_BLOCKS + 2],
      backslash[SEKISHO_TEXT_BLOCKS + 2], percent[SEKISHO_TEXT_BLOCKS + 2],
      mark[SEKISHO_TEXT_BLOCKS + 2], other[SEKISHO_TEXT_BLOCKS + 2];
} sekisho_text_classes;

/// What the bytes of a stretch's blocks are, one bit each.
typedef struct {
  /// Labels and numbers: first the dots behind which they begin, then where they end.
  uint64_t labels[SEKISHO_TEXT_BLOCKS], numbers[SEKISHO_TEXT_BLOCKS];
  /// Where names end, without and with odd bytes behind them, and first dots of what may be
  /// addresses.
  uint64_t ends[SEKISHO_TEXT_BLOCKS], odd_ends[SEKISHO_TEXT_BLOCKS], dots[SEKISHO_TEXT_BLOCKS];
  /// See the lists of `sekisho_text_shapes`.
  uint64_t digests[SEKISHO_TEXT_BLOCKS], colons[SEKISHO_TEXT_BLOCKS], specials[SEKISHO_TEXT_BLOCKS];
  /// Colons between hexadecimal digits, and how many each block has; the counts begin with the
  /// block before the stretch.
  uint64_t hex_colons[SEKISHO_TEXT_BLOCKS], hex_colon_counts[SEKISHO_TEXT_BLOCKS + 1];
} sekisho_text_marks;

/// The places in a stretch that are looked at once all of it is classified.
typedef struct {
  /// Ends of names, and first dots of what may be addresses. At most every third byte is an end,
  /// and every second a dot; there is room for more, since more is written than counts.
  uint32_t ends[SEKISHO_TEXT_STRETCH / 3 + SEKISHO_SHAPES_SLACK],
      dots[SEKISHO_TEXT_STRETCH / 2 + SEKISHO_SHAPES_SLACK];
  size_t end_count, dot_count;
} sekisho_text_places;

SEKISHO_INLINE int sekisho_is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }
SEKISHO_INLINE int sekisho_is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }
SEKISHO_INLINE int sekisho_is_hex(uint8_t byte) {
  return sekisho_is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 6;
}
SEKISHO_INLINE int sekisho_is_name(uint8_t byte) {
  return sekisho_is_letter(byte) || sekisho_is_digit(byte) || byte == '-' || byte == '_';
}

/// Appends the places of a mask's bits; returns the new count.
///
/// Writes up to four places more than it counts, rather than branch on how many bits there are,
/// which can only be guessed; few masks have more than four.
SEKISHO_INLINE size_t sekisho_append_places(uint64_t mask, size_t base, uint32_t *places,
                                            size_t count) {
  const int bits = __builtin_popcountll(mask);
  uint32_t *next = places + count;
  int left = bits;
  do {
    for (int i = 0; i < 4; i++) {
      // With no bit left any place will do: it is not counted.
      next[i] = (uint32_t)base + (uint32_t)__builtin_ctzll(mask | 1ull << 63);
      mask &= mask - 1;
    }
    next += 4;
    left -= 4;
  } while (left > 0);
  return count + (size_t)bits;
}

// Everything here is inlined, so that it does not matter how vectors are passed to functions.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#endif

/// The masks of eight blocks, which the compiler keeps in as few registers as their width allows.
typedef uint64_t sekisho_masks __attribute__((vector_size(64)));

SEKISHO_INLINE sekisho_masks sekisho_load_masks(const uint64_t *masks) {
  sekisho_masks loaded;
  memcpy(&loaded, masks, sizeof loaded);
  return loaded;
}

SEKISHO_INLINE void sekisho_store_masks(uint64_t *masks, sekisho_masks stored) {
  memcpy(masks, &stored, sizeof stored);
}

/// In eight blocks, the bytes directly before those whose bits are set.
SEKISHO_INLINE sekisho_masks sekisho_before(const uint64_t *bits) {
  return sekisho_load_masks(bits) >> 1 | sekisho_load_masks(bits + 1) << 63;
}

/// In eight blocks, the bytes directly behind those whose bits are set.
SEKISHO_INLINE sekisho_masks sekisho_behind(const uint64_t *bits) {
  return sekisho_load_masks(bits) << 1 | sekisho_load_masks(bits - 1) >> 63;
}

/// Those of `dots` that one of `others` follows after one to three bytes; `behind` is `others` in
/// the next blocks.
SEKISHO_INLINE sekisho_masks sekisho_before_dots(sekisho_masks dots, sekisho_masks others,
                                                 sekisho_masks behind) {
  return dots &
         (others >> 2 | behind << 62 | others >> 3 | behind << 61 | others >> 4 | behind << 60);
}

/// Marks what there is in eight blocks from `first` on, by their classes, except what depends on
/// the blocks before.
SEKISHO_INLINE void sekisho_mark_starts(const sekisho_text_classes *c, size_t first,
                                        sekisho_text_marks *marks) {
  const size_t k = first + 1;
  const sekisho_masks dot = sekisho_load_masks(c->dot + k),
                      dot_behind = sekisho_load_masks(c->dot + k + 1);
  const sekisho_masks colon = sekisho_load_masks(c->colon + k),
                      hex = sekisho_load_masks(c->hex + k);
  const sekisho_masks digit_before = sekisho_before(c->digit + k);
  const sekisho_masks inner = dot & sekisho_behind(c->name + k);
  sekisho_store_masks(marks->labels + first, inner & sekisho_before(c->letter + k));
  sekisho_store_masks(marks->numbers + first, inner & digit_before);

  const sekisho_masks digit_dots = dot & sekisho_behind(c->digit + k) & digit_before;
  // The last bytes of the next block do not matter, so that the block behind it is not needed.
  const sekisho_masks digit_behind = sekisho_load_masks(c->digit + k + 1);
  const sekisho_masks next_dots = dot_behind & sekisho_behind(c->digit + k + 1) & digit_behind >> 1;
  const sekisho_masks two = sekisho_before_dots(digit_dots, dot, dot_behind);
  const sekisho_masks next_two = next_dots & (dot_behind >> 2 | dot_behind >> 3 | dot_behind >> 4);
  sekisho_store_masks(marks->dots + first, sekisho_before_dots(two, two, next_two));

  sekisho_masks run = hex & hex >> 1;
  run &= run >> 2;
  run &= run >> 4;
  run &= run >> 8;
  // The first of sixteen digits in a row, if they are thirty-two or may be with those of another
  // block. Those are a row at the block's start, and one that reaches its end; at most one row that
  // begins in the second half does.
  const sekisho_masks to_end = (0 - (run >> 48 & 1)) << 33;
  sekisho_store_masks(marks->digests + first, run & ~(run << 1) & (run >> 16 | 1 | to_end));
  const sekisho_masks hex_colons = colon & sekisho_behind(c->hex + k) & sekisho_before(c->hex + k);
  sekisho_store_masks(marks->hex_colons + first, hex_colons);
  sekisho_store_masks(marks->hex_colon_counts + first + 1,
                      __builtin_elementwise_popcount(hex_colons));
  sekisho_store_masks(marks->colons + first, colon & sekisho_behind(c->colon + k));
}

/// Finds where the runs end that begin behind some places.
///
/// The places are added to the runs, block by block, so that a bit added to the first of a run
/// comes out behind its last. `before` is the highest bit of the places of the block before,
/// `carry` what goes over from one block to the next.
typedef void sekisho_add_starts(const uint64_t *runs, size_t blocks, uint64_t *places,
                                uint64_t *before, uint64_t *carry);

SEKISHO_INLINE void sekisho_add_starts_one(const uint64_t *runs, size_t blocks, uint64_t *places,
                                           uint64_t *before, uint64_t *carry) {
  uint64_t over = *carry, last = *before;
  for (size_t i = 0; i < blocks; i++) {
    const uint64_t starts = places[i], sum = runs[i] + (starts << 1 | last);
    places[i] = sum + over;
    over = (sum < runs[i]) | (places[i] < sum);
    last = starts >> 63;
  }
  *before = last;
  *carry = over;
}

/// Marks the rest in eight blocks from `first` on: where names and numbers end, colons, and
/// specials.
SEKISHO_INLINE void sekisho_mark_ends(const sekisho_text_classes *c, size_t first, int is_rough,
                                      sekisho_text_marks *marks) {
  const size_t k = first + 1;
  const sekisho_masks name = sekisho_load_masks(c->name + k), dot = sekisho_load_masks(c->dot + k);
  const sekisho_masks ends = sekisho_load_masks(marks->labels + first) & ~name;
  const sekisho_masks before_odd = sekisho_before(c->hyphen + k) | sekisho_before(c->dot + k);
  const sekisho_masks odd_ends = ends & dot & before_odd;
  const sekisho_masks numbers =
      sekisho_load_masks(marks->numbers + first) & ~sekisho_load_masks(c->digit + k) & name;
  sekisho_store_masks(marks->ends + first,
                      ends & ~(dot & (sekisho_before(c->name + k) | before_odd)));
  sekisho_store_masks(marks->odd_ends + first, odd_ends);
  sekisho_store_masks(marks->numbers + first, numbers);
  const sekisho_masks counts = sekisho_load_masks(marks->hex_colon_counts + first) +
                               sekisho_load_masks(marks->hex_colon_counts + first + 1);
  const sekisho_masks is_dense = (sekisho_masks)(counts >= 6);
  const sekisho_masks colons = sekisho_load_masks(marks->colons + first) |
                               (sekisho_load_masks(marks->hex_colons + first) & is_dense);
  sekisho_store_masks(marks->colons + first, colons);
  sekisho_masks specials = sekisho_load_masks(c->other + k);
  if (!is_rough) {
    specials |= (sekisho_load_masks(c->backslash + k) & sekisho_before(c->mark + k)) |
                (sekisho_load_masks(c->percent + k) & sekisho_before(c->hex + k));
  }
  sekisho_store_masks(marks->specials + first, specials);
}

/// Marks what there is in blocks, by their classes.
SEKISHO_INLINE void sekisho_mark_blocks(const sekisho_text_classes *c, size_t blocks,
                                        sekisho_add_starts *add_starts, int is_rough,
                                        sekisho_text_state *state, sekisho_text_marks *marks) {
  marks->hex_colon_counts[0] = state->hex_colon_count;
  for (size_t i = 0; i < blocks; i += 8) sekisho_mark_starts(c, i, marks);
  state->hex_colon_count = marks->hex_colon_counts[blocks];
  add_starts(c->name + 1, blocks, marks->labels, &state->label_before, &state->label);
  add_starts(c->digit + 1, blocks, marks->numbers, &state->number_before, &state->number);
  for (size_t i = 0; i < blocks; i += 8) sekisho_mark_ends(c, i, is_rough, marks);
}

#endif
