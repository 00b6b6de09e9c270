#include "TextShapes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

SEKISHO_INLINE void find_names(size_t from, const uint64_t *names,
                               const sekisho_text_places *places, sekisho_text_shapes *shapes) {
  for (size_t i = 0; i < places->end_count; i++) {
    sekisho_look_at_end(from, places->ends[i], names, shapes);
  }
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
  const sekisho_text_way way = {classify_portable, NULL, sekisho_add_starts_one, sekisho_filled_one,
                                sekisho_append_places};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

// Classes are bits; a byte has those that its low and its high half both allow.
#define LETTER_LOW_ROW 1   // 0x41–0x4F, 0x61–0x6F
#define LETTER_HIGH_ROW 2  // 0x50–0x5A, 0x70–0x7A
#define DIGIT 4            // 0x30–0x39
#define HEX_LETTER 8       // 0x41–0x46, 0x61–0x66
#define HYPHEN 16          // 0x2D
#define UNDERSCORE 32      // 0x5F
#define DOT 64             // 0x2E
#define COLON (-128)       // 0x3A

SEKISHO_INLINE AVX2 uint32_t has(__m256i classes, int wanted) {
  const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8((char)wanted)),
                                         _mm256_setzero_si256());
  return ~(uint32_t)_mm256_movemask_epi8(none);
}

SEKISHO_INLINE AVX2 uint32_t equals(__m256i bytes, char wanted) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted)));
}

AVX2 static inline void classify_avx2(const uint8_t *bytes, sekisho_text_classes *c, size_t block) {
  const __m256i low_table = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      LETTER_HIGH_ROW | DIGIT, LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT, LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT, LETTER_LOW_ROW | LETTER_HIGH_ROW | COLON,
      LETTER_LOW_ROW, LETTER_LOW_ROW, LETTER_LOW_ROW | HYPHEN, LETTER_LOW_ROW | DOT,
      LETTER_LOW_ROW | UNDERSCORE));
  const __m256i high_table = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      0, 0, HYPHEN | DOT, DIGIT | COLON, LETTER_LOW_ROW | HEX_LETTER, LETTER_HIGH_ROW | UNDERSCORE,
      LETTER_LOW_ROW | HEX_LETTER, LETTER_HIGH_ROW, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  block_classes masks = {0};
  for (int half = 0; half < 2; half++) {
    const __m256i b = _mm256_loadu_si256((const __m256i *)(bytes + 32 * half));
    const __m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(b, nibble));
    const __m256i high =
        _mm256_shuffle_epi8(high_table, _mm256_and_si256(_mm256_srli_epi16(b, 4), nibble));
    const __m256i k = _mm256_and_si256(low, high);
    const int shift = 32 * half;
    masks.letter |= (uint64_t)has(k, LETTER_LOW_ROW | LETTER_HIGH_ROW) << shift;
    masks.digit |= (uint64_t)has(k, DIGIT) << shift;
    masks.hex |= (uint64_t)has(k, DIGIT | HEX_LETTER) << shift;
    masks.name |= (uint64_t)has(k, LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HYPHEN | UNDERSCORE)
                  << shift;
    masks.hyphen |= (uint64_t)has(k, HYPHEN) << shift;
    masks.dot |= (uint64_t)has(k, DOT) << shift;
    masks.colon |= (uint64_t)(uint32_t)_mm256_movemask_epi8(k) << shift;
    masks.backslash |= (uint64_t)equals(b, '\\') << shift;
    masks.percent |= (uint64_t)equals(b, '%') << shift;
    masks.mark |= (uint64_t)(equals(b, 'u') | equals(b, 'x')) << shift;
    masks.other |= (uint64_t)((uint32_t)_mm256_movemask_epi8(b) | equals(b, 0x1b)) << shift;
  }
  set_classes(c, block, &masks);
}

AVX2 static void find_shapes_avx2(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                  sekisho_text_state *state, sekisho_text_shapes *shapes) {
  sekisho_text_classes classes;
  sekisho_text_places places;
  const sekisho_text_way way = {classify_avx2, NULL, sekisho_add_starts_one, sekisho_filled_one,
                                sekisho_append_places};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

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
    find_shapes_avx2(bytes, count, from, to, state, shapes);
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
