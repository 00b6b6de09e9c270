#include "TextShapes.h"

/// The classes of one block.
typedef struct {
  uint64_t letter, digit, hex, name, hyphen, dot, colon, backslash, percent, mark, other;
} block_classes;

SEKISHO_INLINE void set_classes(sekisho_text_classes *c, size_t block, const block_classes *masks) {
  c->letter[block] = masks->letter;
  c->digit[block] = masks->digit;
  c->hex[block] = masks->hex;
  c->name[block] = masks->name;
  c->hyphen[block] = masks->hyphen;
  c->dot[block] = masks->dot;
  c->colon[block] = masks->colon;
  c->backslash[block] = masks->backslash;
  c->percent[block] = masks->percent;
  c->mark[block] = masks->mark;
  c->other[block] = masks->other;
}

static void classify_portable(const uint8_t *bytes, sekisho_text_classes *c, size_t block) {
  block_classes masks = {0};
  for (int i = 0; i < 64; i++) {
    const uint8_t byte = bytes[i];
    masks.letter |= (uint64_t)sekisho_is_letter(byte) << i;
    masks.digit |= (uint64_t)sekisho_is_digit(byte) << i;
    masks.hex |= (uint64_t)sekisho_is_hex(byte) << i;
    masks.name |= (uint64_t)sekisho_is_name(byte) << i;
    masks.hyphen |= (uint64_t)(byte == '-') << i;
    masks.dot |= (uint64_t)(byte == '.') << i;
    masks.colon |= (uint64_t)(byte == ':') << i;
    masks.backslash |= (uint64_t)(byte == '\\') << i;
    masks.percent |= (uint64_t)(byte == '%') << i;
    masks.mark |= (uint64_t)(byte == 'u' || byte == 'x') << i;
    masks.other |= (uint64_t)(byte >= 0x80 || byte == 0x1b) << i;
  }
  set_classes(c, block, &masks);
}

SEKISHO_INLINE void find_addresses(const uint8_t *bytes, size_t count,
                                   const sekisho_text_places *places, sekisho_text_shapes *shapes) {
  for (size_t i = 0; i < places->dot_count; i++) {
    sekisho_look_at_dot(bytes, count, places->dots[i], shapes);
  }
}

static void find_shapes_portable(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                 sekisho_text_state *state, sekisho_text_shapes *shapes) {
  sekisho_text_classes classes;
  sekisho_text_places places;
  const sekisho_text_way way = {.classify = classify_portable,
                                .add_starts = sekisho_add_starts_one,
                                .filled = sekisho_filled_one,
                                .append = sekisho_append_places};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  sekisho_find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

#if defined(__x86_64__)

int sekisho_text_best(void) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
      __builtin_cpu_supports("gfni") && __builtin_cpu_supports("bmi2")) {
    return sekisho_text_avx512;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") ? sekisho_text_avx2
                                                                          : sekisho_text_portable;
}

#else

int sekisho_text_best(void) { return sekisho_text_portable; }

#endif

static void find_in_stretch(const uint8_t *bytes, size_t count, size_t from, size_t to,
                            sekisho_text_state *state, sekisho_text_shapes *shapes, int way) {
#if defined(__x86_64__)
  if (way == sekisho_text_avx512) {
    sekisho_find_shapes_avx512(bytes, count, from, to, state, shapes);
    return;
  }
  if (way == sekisho_text_avx2) {
    sekisho_find_shapes_avx2(bytes, count, from, to, state, shapes);
    return;
  }
#endif
  (void)way;
  find_shapes_portable(bytes, count, from, to, state, shapes);
}

void sekisho_find_shapes(const uint8_t *bytes, size_t count, size_t from, size_t to,
                         sekisho_text_state *state, sekisho_text_shapes *shapes, int way) {
  while (from < to) {
    const size_t end = to - from > SEKISHO_TEXT_STRETCH ? from + SEKISHO_TEXT_STRETCH : to;
    find_in_stretch(bytes, count, from, end, state, shapes, way);
    from = end;
  }
}
