#include "ClassifyText.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE int is_name(uint8_t byte) {
  return (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10 || byte == '-' ||
         byte == '_';
}

// The sixteen bytes from four before a dot on, as two masks: digits and dots.
typedef struct {
  uint32_t digits, dots;
} quad_masks;

INLINE quad_masks quad_masks_at(const uint8_t *bytes) {
  quad_masks masks = {0, 0};
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

// The number that the one to three digits before `end` are, or one above 255 where it is none: more
// than that, or with a needless zero.
INLINE uint32_t number_before(const uint8_t *end, uint32_t length) {
  uint32_t digits;
  memcpy(&digits, end - 4, 4);
  // The last digit in the third byte; what stands before the first is zero.
  const uint32_t unused = 8 * (3 - length);
  digits = (digits >> 8 & 0x0f0f0f) >> unused << unused;
  const uint32_t value = (digits & 15) * 100 + (digits >> 8 & 15) * 10 + (digits >> 16);
  return length > 1 && end[-(int)length] == '0' ? 256 : value;
}

INLINE int has_escape(const uint8_t *from, const uint8_t *to) {
  for (; from < to; from++) {
    if (*from == '%' || *from == '\\') return 1;
  }
  return 0;
}

// Looks at the numbers around the first of three dots.
INLINE void look_at_quad(
    const uint8_t *bytes, size_t count, size_t dot, sekisho_text_shapes *shapes) {
  if (dot < shapes->addresses_done) return;
  if (dot < 8 || count - dot < 24) {
    shapes->dots[shapes->dot_count++] = (uint32_t)dot;
    return;
  }
  const quad_masks masks = quad_masks_at(bytes + dot - 4);
  const uint32_t before = (uint32_t)__builtin_clz(~(masks.digits << 28));
  if (before > 3) {
    shapes->dots[shapes->dot_count++] = (uint32_t)dot;
    return;
  }
  const size_t start = dot - before;
  const uint8_t border = bytes[start - 1];
  if (border == '.') {
    if (is_name(bytes[start - 2])) {
      // Dots and hyphens at a run's start are stripped, and an escape or a percent unit is none of it.
      if (bytes[start - 2] == '-' || has_escape(bytes + (start < 8 ? 0 : start - 8), bytes + start)) {
        shapes->dots[shapes->dot_count++] = (uint32_t)dot;
      }
      return;
    }
  } else if (border == '%' || border == '\\' ||
             ((border == 'u' || border == 'x') && bytes[start - 2] == '\\')) {
    shapes->escaped[shapes->escaped_count++] = (uint32_t)start;
    return;
  }
  if (before == 0) return;
  shapes->addresses_done = dot + 1;
  // What stands behind the first dot; the eleven bytes that are told are as many as three numbers have.
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
  const uint32_t first = number_before(bytes + dot, before), second = number_before(next + a, a),
                 third = number_before(next + b, b - a - 1),
                 fourth = number_before(next + c, c - b - 1);
  if ((first | second | third | fourth) > 255) return;
  shapes->addresses_done = dot + 1 + c;
  // A longer run of a name; hyphens may join two addresses or be stripped.
  if (next[c] == '.') {
    if (next[c + 1] != '-' && is_name(next[c + 1])) return;
  } else if (next[c] != '-' && is_name(next[c])) {
    return;
  }
  shapes->address_places[shapes->address_count] = (uint32_t)start;
  shapes->addresses[shapes->address_count++] = first << 24 | second << 16 | third << 8 | fourth;
}

// `before` and `behind` are the masks of names of the blocks around that of the dot.
INLINE void look_at_name(
    const uint8_t *bytes, size_t count, size_t base, uint32_t bit, uint64_t name, uint64_t before,
    uint64_t behind, sekisho_text_shapes *shapes) {
  const size_t dot = base + bit;
  // The run behind the dot from its lowest bit on, the one before it from its highest.
  const uint64_t next = (name >> bit) >> 1 | behind << (63 - bit);
  const uint64_t last = (name << (63 - bit)) << 1 | before >> bit;
  sekisho_text_name *found = &shapes->names[shapes->name_count];
  found->dot = (uint32_t)dot;
  found->start = 0;
  found->end = 0;
  // A run that fills all there is, or begins with the text, needs a closer look.
  if (~next == 0 || ~last == 0) {
    shapes->name_count++;
    return;
  }
  const uint32_t length = (uint32_t)__builtin_ctzll(~next);
  const uint32_t length_before = (uint32_t)__builtin_clzll(~last);
  if (length_before > dot || length > 62) {
    shapes->name_count++;
    return;
  }
  const size_t end = dot + 1 + length;
  found->start = (uint32_t)(dot - length_before);
  found->end = (uint32_t)end;
  if (count - end < 2) {
    shapes->name_count++;
    return;
  }
  // Whether a name has a further label is a guess for a branch.
  const uint8_t follower = bytes[end + 1];
  const int goes_on = bytes[end] == '.';
  const int is_odd = (follower == '.') | (follower == '-');
  found->end = goes_on & is_odd ? 0 : (uint32_t)end;
  shapes->name_count += !(goes_on & !is_odd & is_name(follower));
}

// Appends the places of a mask's bits. Writes up to eight places more than it counts: how many bits there are
// is a guess for a branch, and few masks have more than four.
INLINE uint32_t *places_of(uint64_t mask, uint32_t base, uint32_t *places) {
  const int count = __builtin_popcountll(mask);
  uint32_t *next = places;
  int left = count;
  do {
    for (int i = 0; i < 4; i++) {
      // With no bit left any place will do.
      next[i] = base + (uint32_t)__builtin_ctzll(mask | 1ull << 63);
      mask &= mask - 1;
    }
    next += 4;
    left -= 4;
  } while (left > 0);
  return places + count;
}

INLINE void find_shapes(
    const uint8_t *bytes, size_t count, size_t from, size_t to, const sekisho_text_block *blocks,
    sekisho_text_shapes *shapes) {
  // A dot needs a byte beside it.
  uint32_t names[SEKISHO_SHAPES_WINDOW / 2 + 8], quads[SEKISHO_SHAPES_WINDOW / 2 + 8];
  uint32_t *names_end = names, *quads_end = quads;
  const sekisho_text_block *block = blocks;
  for (size_t base = from; base < to; base += 64, block++) {
    names_end = places_of(block->dot_letter, (uint32_t)base, names_end);
    quads_end = places_of(block->quad, (uint32_t)base, quads_end);
    if (!(block->hex_run | block->colon | block->special)) continue;
    uint64_t mask;
    for (mask = block->hex_run & ~(block->hex_run << 1); mask; mask &= mask - 1) {
      shapes->digests[shapes->digest_count++] = (uint32_t)(base + (size_t)__builtin_ctzll(mask));
    }
    for (mask = block->colon; mask; mask &= mask - 1) {
      shapes->colons[shapes->colon_count++] = (uint32_t)(base + (size_t)__builtin_ctzll(mask));
    }
    for (mask = block->special; mask; mask &= mask - 1) {
      shapes->specials[shapes->special_count++] = (uint32_t)(base + (size_t)__builtin_ctzll(mask));
    }
  }
  for (const uint32_t *dot = names; dot < names_end; dot++) {
    const size_t base = *dot & ~(size_t)63;
    block = blocks + (base - from) / 64;
    const uint64_t before = base > 0 ? block[-1].name : 0;
    const uint64_t behind = count - base > 64 ? block[1].name : 0;
    look_at_name(bytes, count, base, *dot & 63, block->name, before, behind, shapes);
  }
  for (const uint32_t *dot = quads; dot < quads_end; dot++) {
    look_at_quad(bytes, count, *dot, shapes);
  }
}

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2,lzcnt,popcnt"))) static void find_shapes_bmi2(
    const uint8_t *bytes, size_t count, size_t from, size_t to, const sekisho_text_block *blocks,
    sekisho_text_shapes *shapes) {
  find_shapes(bytes, count, from, to, blocks, shapes);
}
#endif

void sekisho_find_shapes(
    const uint8_t *bytes, size_t count, size_t from, size_t to, const sekisho_text_block *blocks,
    sekisho_text_shapes *shapes, int way) {
#if defined(__x86_64__)
  // Whatever knows wider vectors knows these too: `sekisho_text_best` asks.
  if (way != sekisho_text_portable) {
    find_shapes_bmi2(bytes, count, from, to, blocks, shapes);
    return;
  }
#endif
  (void)way;
  find_shapes(bytes, count, from, to, blocks, shapes);
}
