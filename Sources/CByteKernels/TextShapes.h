#ifndef SEKISHO_TEXT_SHAPES_H
#define SEKISHO_TEXT_SHAPES_H

#include "TextBlocks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// How the places in a stretch lead to its shapes, one by one.

/// The block at an offset: in place or, if the text ends within or before it, a copy filled up with
/// zeros.
SEKISHO_INLINE const uint8_t *sekisho_block_at(const uint8_t *bytes, size_t count, size_t offset,
                                               uint8_t *copy) {
  if (__builtin_expect(offset + 64 <= count, 1)) return bytes + offset;
  memset(copy, 0, 64);
  if (offset < count) memcpy(copy, bytes + offset, count - offset);
  return copy;
}

/// Sets the classes of the block with this number, or of eight blocks from it on.
typedef void sekisho_classify(const uint8_t *bytes, sekisho_text_classes *classes, size_t block);

/// Makes classes out of what `classify` set, for some blocks from the first on.
typedef void sekisho_tell_apart(sekisho_text_classes *classes, size_t blocks);

/// Which of some blocks have any bit set: one bit for each block.
typedef uint64_t sekisho_filled(const uint64_t *masks, size_t blocks);

/// Appends the places of a mask's bits; returns the new count.
typedef size_t sekisho_append(uint64_t mask, size_t base, uint32_t *places, size_t count);

/// The specials among the bytes of `mask`, which are a block's backslashes, percent signs and bytes
/// above ASCII. `hex` has the hexadecimal digits of the block and of the next one.
typedef uint64_t sekisho_keep_specials(const uint8_t *bytes, size_t count, size_t block,
                                       uint64_t mask, const uint64_t *hex);

/// The parts of a way to find shapes that differ from the others; constant, so that they are
/// inlined.
typedef struct {
  sekisho_classify *classify;
  /// The next two may be null.
  sekisho_classify *classify_eight;
  sekisho_tell_apart *tell_apart;
  sekisho_add_starts *add_starts;
  sekisho_filled *filled;
  sekisho_append *append;
  /// Given if some classes hold more than they should, which is cheaper, and what they lead to is
  /// looked at again: `hyphen` has underscores too, `other` has all backslashes and percent signs,
  /// and `backslash`, `percent` and `mark` say nothing.
  sekisho_keep_specials *keep_specials;
} sekisho_text_way;

/// Classifies the blocks of a stretch, the block before it, and those behind it that loops by
/// eights reach.
SEKISHO_INLINE void sekisho_classify_blocks(const uint8_t *bytes, size_t count, size_t from,
                                            size_t blocks, const sekisho_text_way *way,
                                            sekisho_text_classes *classes) {
  uint8_t copy[64] = {0};
  way->classify(from > 0 ? bytes + from - 64 : copy, classes, 0);
  const size_t all = ((blocks + 7) & ~(size_t)7) + 1;
  size_t i = 0;
  for (; way->classify_eight && i + 8 <= all && count - from >= 64 * (i + 8); i += 8)
    way->classify_eight(bytes + from + 64 * i, classes, i + 1);
  for (; i < all && count - from >= 64 * (i + 1); i++)
    way->classify(bytes + from + 64 * i, classes, i + 1);
  for (; i < all; i++) {
    way->classify(sekisho_block_at(bytes, count, from + 64 * i, copy), classes, i + 1);
  }
  if (way->tell_apart) way->tell_apart(classes, all + 1);
}

/// `sekisho_filled` for any processor.
SEKISHO_INLINE uint64_t sekisho_filled_one(const uint64_t *masks, size_t blocks) {
  uint64_t filled = 0;
  for (size_t i = 0; i < blocks; i++) filled |= (uint64_t)(masks[i] != 0) << i;
  return filled;
}

/// Appends the places of the bits of a stretch's blocks.
///
/// Goes from one block with a bit to the next: most have none, and a branch could only guess which.
SEKISHO_INLINE size_t sekisho_gather(const sekisho_text_way *way, const uint64_t *masks,
                                     size_t from, size_t blocks, uint32_t *places, size_t count) {
  for (uint64_t filled = way->filled(masks, blocks); filled; filled &= filled - 1) {
    const size_t i = (size_t)__builtin_ctzll(filled);
    count = way->append(masks[i], from + 64 * i, places, count);
  }
  return count;
}

/// Keeps those of the ends from `first` on that have no underscore behind their dot.
SEKISHO_INLINE size_t sekisho_keep_odd_ends(const uint8_t *bytes, size_t count, uint32_t *ends,
                                            size_t first, size_t end_count) {
  size_t kept = first;
  for (size_t i = first; i < end_count; i++) {
    const uint32_t end = ends[i];
    if ((size_t)end + 1 < count && bytes[end + 1] == '_') continue;
    ends[kept++] = end;
  }
  return kept;
}

/// Gathers the places that are looked at further, and appends the others to the shapes.
SEKISHO_INLINE void sekisho_gather_places(const uint8_t *bytes, size_t count, size_t from,
                                          size_t blocks, const sekisho_text_marks *marks,
                                          const sekisho_text_way *way, sekisho_text_places *places,
                                          sekisho_text_shapes *s) {
  places->end_count = sekisho_gather(way, marks->ends, from, blocks, places->ends, 0);
  places->dot_count = sekisho_gather(way, marks->dots, from, blocks, places->dots, 0);
  const size_t ends_before = s->end_count;
  s->end_count = sekisho_gather(way, marks->odd_ends, from, blocks, s->ends, ends_before);
  s->label_count = sekisho_gather(way, marks->numbers, from, blocks, s->labels, s->label_count);
  s->digest_count = sekisho_gather(way, marks->digests, from, blocks, s->digests, s->digest_count);
  s->colon_count = sekisho_gather(way, marks->colons, from, blocks, s->colons, s->colon_count);
  s->special_count =
      sekisho_gather(way, marks->specials, from, blocks, s->specials, s->special_count);
  if (way->keep_specials) {
    s->end_count = sekisho_keep_odd_ends(bytes, count, s->ends, ends_before, s->end_count);
  }
}

/// Classifies a stretch, and gathers the places that are looked at further.
SEKISHO_INLINE void sekisho_find_places(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                        const sekisho_text_way *way, sekisho_text_state *state,
                                        sekisho_text_classes *classes, sekisho_text_places *places,
                                        sekisho_text_shapes *shapes) {
  sekisho_text_marks marks;
  const size_t blocks = (to - from + 63) / 64;
  sekisho_classify_blocks(bytes, count, from, blocks, way, classes);
  sekisho_mark_blocks(classes, blocks, way->add_starts, way->keep_specials != 0, state, &marks);
  for (uint64_t filled = way->keep_specials ? way->filled(marks.specials, blocks) : 0; filled;
       filled &= filled - 1) {
    const size_t i = (size_t)__builtin_ctzll(filled);
    marks.specials[i] = way->keep_specials(bytes, count, from + 64 * i, marks.specials[i],
                                           classes->hex + i + 1);
  }
  sekisho_gather_places(bytes, count, from, blocks, &marks, way, places, shapes);
  // The name that ends with a text of whole blocks.
  if (to == count && to % 64 == 0 && state->label) {
    places->ends[places->end_count++] = (uint32_t)to;
  }
}

/// Looks at the name that ends at a place.
SEKISHO_INLINE void sekisho_look_at_end(size_t from, uint32_t end, const uint64_t *names,
                                        sekisho_text_shapes *shapes) {
  const size_t block = (end - from) / 64;
  const uint32_t bit = end & 63;
  // The bytes of names before the end, the last byte in the highest bit.
  const uint64_t before = bit ? names[block + 1] << (64 - bit) | names[block] >> bit : names[block];
  const uint32_t length = ~before ? (uint32_t)__builtin_clzll(~before) : 64;
  if (length < 63) {
    const uint64_t rest = before << 1 << length;
    const uint32_t length_before = (uint32_t)__builtin_clzll(~rest);
    if (length + 1 + length_before < 64) {
      const size_t found = shapes->name_count++;
      shapes->name_ends[found] = end;
      shapes->name_dots[found] = end - length - 1;
      shapes->name_starts[found] = end - length - 1 - length_before;
      return;
    }
  }
  shapes->ends[shapes->end_count++] = end;
}

/// `sekisho_look_at_end` for all ends of a stretch.
SEKISHO_INLINE void sekisho_find_names(size_t from, const uint64_t *names,
                                       const sekisho_text_places *places,
                                       sekisho_text_shapes *shapes) {
  for (size_t i = 0; i < places->end_count; i++) {
    sekisho_look_at_end(from, places->ends[i], names, shapes);
  }
}

/// The sixteen bytes from four before a dot on, as masks of digits and dots.
typedef struct {
  uint32_t digits, dots;
} sekisho_number_masks;

SEKISHO_INLINE sekisho_number_masks sekisho_number_masks_at(const uint8_t *bytes) {
  sekisho_number_masks masks = {0, 0};
#if defined(__x86_64__)
  const __m128i b = _mm_loadu_si128((const __m128i *)bytes);
  const __m128i shifted = _mm_sub_epi8(b, _mm_set1_epi8((char)('0' + 128)));
  masks.digits =
      (uint32_t)_mm_movemask_epi8(_mm_cmplt_epi8(shifted, _mm_set1_epi8((char)(-128 + 10))));
  masks.dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8('.')));
#else
  for (int i = 0; i < 16; i++) {
    masks.digits |= (uint32_t)((uint8_t)(bytes[i] - '0') < 10) << i;
    masks.dots |= (uint32_t)(bytes[i] == '.') << i;
  }
#endif
  return masks;
}

/// The number that the one to three digits before `end` are; above 255 if it is no number of an
/// address: too large, or with a needless zero.
SEKISHO_INLINE uint32_t sekisho_number_before(const uint8_t *end, uint32_t length) {
  uint32_t digits;
  memcpy(&digits, end - 4, 4);
  // The last digit is in the third byte; the bytes before the first digit are zero.
  const uint32_t unused = 8 * (3 - length);
  digits = (digits >> 8 & 0x0f0f0f) >> unused << unused;
  const uint32_t value = (digits & 15) * 100 + (digits >> 8 & 15) * 10 + (digits >> 16);
  return length > 1 && end[-(int)length] == '0' ? 256 : value;
}

SEKISHO_INLINE int sekisho_has_escape(const uint8_t *from, const uint8_t *to) {
  for (; from < to; from++) {
    if (*from == '%' || *from == '\\') return 1;
  }
  return 0;
}

/// Looks at the numbers around the first of three dots.
SEKISHO_INLINE void sekisho_look_at_dot(const uint8_t *bytes, size_t count, size_t dot,
                                        sekisho_text_shapes *shapes) {
  if (dot < 8 || count - dot < 24) {
    shapes->dots[shapes->dot_count++] = (uint32_t)dot;
    return;
  }
  const sekisho_number_masks masks = sekisho_number_masks_at(bytes + dot - 4);
  const uint32_t before = (uint32_t)__builtin_clz(~(masks.digits << 28));
  if (before > 3) {
    shapes->dots[shapes->dot_count++] = (uint32_t)dot;
    return;
  }
  const size_t start = dot - before;
  const uint8_t border = bytes[start - 1];
  if (border == '.') {
    if (sekisho_is_name(bytes[start - 2])) {
      // The number may still begin a run: dots and hyphens at a run's start are stripped, and an
      // escape or a percent unit before it is no part of the run.
      if (bytes[start - 2] == '-' ||
          sekisho_has_escape(bytes + (start < 8 ? 0 : start - 8), bytes + start)) {
        shapes->dots[shapes->dot_count++] = (uint32_t)dot;
      }
      return;
    }
  } else if (border == '%' || ((border == 'u' || border == 'x') && bytes[start - 2] == '\\') ||
             (!sekisho_is_digit(border) && sekisho_is_hex(border) &&
              sekisho_has_escape(bytes + start - 5, bytes + start - 1))) {
    // The number's first digits may belong to a unit: `\u00a9`, `%A0`.
    shapes->escaped[shapes->escaped_count++] = (uint32_t)start;
    return;
  }
  // The bytes behind the first dot. The masks have eleven of them, as many as three numbers with
  // their dots have.
  const uint32_t dots = masks.dots >> 5;
  uint32_t others = ~(masks.digits >> 5);
  const uint32_t a = (uint32_t)__builtin_ctz(others);
  if (a - 1 > 2 || !(dots >> a & 1)) return;
  others &= others - 1;
  const uint32_t b = (uint32_t)__builtin_ctz(others);
  if (b - a - 2 > 2 || !(dots >> b & 1)) return;
  others &= others - 1;
  const uint32_t c = (uint32_t)__builtin_ctz(others);
  if (c - b - 2 > 2) return;
  const uint8_t *next = bytes + dot + 1;
  const uint32_t first = sekisho_number_before(bytes + dot, before),
                 second = sekisho_number_before(next + a, a),
                 third = sekisho_number_before(next + b, b - a - 1),
                 fourth = sekisho_number_before(next + c, c - b - 1);
  if ((first | second | third | fourth) > 255) return;
  // The run goes on, so that it is a name; but a hyphen may join two addresses or be stripped.
  if (next[c] == '.') {
    if (next[c + 1] != '-' && sekisho_is_name(next[c + 1])) return;
  } else if (next[c] != '-' && sekisho_is_name(next[c])) {
    return;
  }
  shapes->address_places[shapes->address_count] = (uint32_t)start;
  shapes->addresses[shapes->address_count++] = first << 24 | second << 16 | third << 8 | fourth;
}

#if defined(__x86_64__)
void sekisho_find_shapes_avx2(const uint8_t *bytes, size_t count, size_t from, size_t to,
                              sekisho_text_state *state, sekisho_text_shapes *shapes);
void sekisho_find_shapes_avx512(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                sekisho_text_state *state, sekisho_text_shapes *shapes);
#endif

#endif
