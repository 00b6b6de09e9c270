#include "ClassifyText.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Every way gives, for each block, one mask a class; what follows from neighbours is the same code.
typedef struct {
  uint64_t letter, digit, hex, name, dot, colon, backslash, percent, escape_letter, other;
} classes;

// What the block before hands on.
typedef struct {
  uint64_t name, hex, colon, digit;
  // Dots between digits, and all dots.
  uint64_t digit_dots, dots;
  int hex_colons;
} carry;

static inline int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }
static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }
static inline int is_hex(uint8_t byte) {
  return is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 6;
}

static classes classify_portable(const uint8_t *bytes) {
  classes c = {0};
  for (int i = 0; i < 64; i++) {
    const uint8_t byte = bytes[i];
    const uint64_t bit = 1ull << i;
    if (is_letter(byte)) c.letter |= bit;
    if (is_digit(byte)) c.digit |= bit;
    if (is_hex(byte)) c.hex |= bit;
    if (is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_') c.name |= bit;
    if (byte == '.') c.dot |= bit;
    if (byte == ':') c.colon |= bit;
    if (byte == '\\') c.backslash |= bit;
    if (byte == '%') c.percent |= bit;
    if (byte == 'u' || byte == 'x') c.escape_letter |= bit;
    if (byte >= 0x80 || byte == 0x1b) c.other |= bit;
  }
  return c;
}

// Those of some dots between digits behind which another dot follows after one to three bytes.
static inline uint64_t quads(uint64_t digit_dots, uint64_t dots, uint64_t dots_behind) {
  return digit_dots & (dots >> 2 | dots_behind << 62 | dots >> 3 | dots_behind << 61 | dots >> 4 |
                       dots_behind << 60);
}

// The last of some bits, of which there must be one.
static inline uint64_t last_bit(uint64_t bits) { return 1ull << (63 - __builtin_clzll(bits)); }

// Those of some dots before digits whose digits go on to the block's end or end before what makes a label of
// them.
static inline uint64_t digit_labels(const classes *c, uint64_t dot_digit) {
  // A bit added to the first of some digits comes out behind the last.
  const uint64_t sum = c->digit + (dot_digit << 1);
  uint64_t dots = sum < c->digit || dot_digit >> 63 ? last_bit(dot_digit) : 0;
  for (uint64_t ends = sum & ~c->digit & c->name; ends; ends &= ends - 1) {
    dots |= last_bit(dot_digit & ((ends & -ends) - 1));
  }
  return dots;
}

// `next` is the byte behind the block, or 0; the block before is finished where there is one.
static inline __attribute__((always_inline)) void finish(
    const classes *c, uint8_t next, carry *before, sekisho_text_block *block, int is_first) {
  const uint64_t next_letter = (c->letter >> 1) | ((uint64_t)is_letter(next) << 63);
  const uint64_t next_digit = (c->digit >> 1) | ((uint64_t)is_digit(next) << 63);
  const uint64_t next_hex = (c->hex >> 1) | ((uint64_t)is_hex(next) << 63);
  const uint64_t next_escape =
      (c->escape_letter >> 1) | ((uint64_t)(next == 'u' || next == 'x') << 63);
  block->dot_letter = c->dot & (c->name << 1 | before->name) & next_letter;
  const uint64_t dot_digit = c->dot & (c->name << 1 | before->name) & next_digit;
  block->dot_digit = dot_digit ? digit_labels(c, dot_digit) : 0;
  uint64_t run = c->hex & (c->hex >> 1);
  run &= run >> 2;
  run &= run >> 4;
  block->hex_run = run & (run >> 8);
  const uint64_t hex_colon = c->colon & (c->hex << 1 | before->hex) & next_hex;
  const int count = __builtin_popcountll(hex_colon);
  block->colon = (c->colon & (c->colon << 1 | before->colon)) |
                 (count + before->hex_colons >= 7 ? hex_colon : 0);
  block->special = c->other | (c->backslash & next_escape) | (c->percent & next_hex);
  block->name = c->name;
  if (!is_first) block[-1].quad = quads(before->digit_dots, before->dots, c->dot);
  before->digit_dots = c->dot & (c->digit << 1 | before->digit) & next_digit;
  before->dots = c->dot;
  before->digit = c->digit >> 63;
  before->name = c->name >> 63;
  before->hex = c->hex >> 63;
  before->colon = c->colon >> 63;
  before->hex_colons = count;
}

#define CLASSIFY_ALL(CLASSIFY)                                            \
  carry before = {0};                                                     \
  size_t offset = 0;                                                      \
  for (; count - offset >= 64; offset += 64) {                            \
    const classes c = CLASSIFY(bytes + offset);                           \
    const uint8_t next = count - offset > 64 ? bytes[offset + 64] : 0;    \
    finish(&c, next, &before, blocks++, offset == 0);                     \
  }                                                                       \
  if (offset < count) {                                                   \
    uint8_t last[64] = {0};                                               \
    memcpy(last, bytes + offset, count - offset);                         \
    const classes c = CLASSIFY(last);                                     \
    finish(&c, 0, &before, blocks++, offset == 0);                        \
  }                                                                       \
  if (count > 0) blocks[-1].quad = quads(before.digit_dots, before.dots, 0);

static void classify_text_portable(
    const uint8_t *bytes, size_t count, sekisho_text_block *blocks) {
  CLASSIFY_ALL(classify_portable)
}

#if defined(__x86_64__)

// Classes are bits; a byte has those that its low and its high half both allow.
#define LETTER_LOW_ROW 1    // 0x41–0x4F, 0x61–0x6F
#define LETTER_HIGH_ROW 2   // 0x50–0x5A, 0x70–0x7A
#define DIGIT 4             // 0x30–0x39
#define HEX_LETTER 8        // 0x41–0x46, 0x61–0x66
#define HYPHEN 16           // 0x2D
#define UNDERSCORE 32       // 0x5F
#define DOT 64              // 0x2E
#define COLON (-128)        // 0x3A

__attribute__((target("avx2"))) static inline uint32_t has(__m256i classes, int wanted) {
  const __m256i none =
      _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8((char)wanted)),
                        _mm256_setzero_si256());
  return ~(uint32_t)_mm256_movemask_epi8(none);
}

__attribute__((target("avx2"))) static inline uint32_t equals(__m256i bytes, char wanted) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted)));
}

__attribute__((target("avx2"))) static inline classes classify_avx2(const uint8_t *bytes) {
  const __m256i low_table = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      LETTER_HIGH_ROW | DIGIT,
      LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HEX_LETTER,
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
      0, 0, HYPHEN | DOT, DIGIT | COLON, LETTER_LOW_ROW | HEX_LETTER,
      LETTER_HIGH_ROW | UNDERSCORE, LETTER_LOW_ROW | HEX_LETTER, LETTER_HIGH_ROW, 0, 0, 0, 0, 0,
      0, 0, 0));
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  classes c = {0};
  for (int half = 0; half < 2; half++) {
    const __m256i b = _mm256_loadu_si256((const __m256i *)(bytes + 32 * half));
    const __m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(b, nibble));
    const __m256i high =
        _mm256_shuffle_epi8(high_table, _mm256_and_si256(_mm256_srli_epi16(b, 4), nibble));
    const __m256i k = _mm256_and_si256(low, high);
    const int shift = 32 * half;
    c.letter |= (uint64_t)has(k, LETTER_LOW_ROW | LETTER_HIGH_ROW) << shift;
    c.digit |= (uint64_t)has(k, DIGIT) << shift;
    c.hex |= (uint64_t)has(k, DIGIT | HEX_LETTER) << shift;
    c.name |=
        (uint64_t)has(k, LETTER_LOW_ROW | LETTER_HIGH_ROW | DIGIT | HYPHEN | UNDERSCORE) << shift;
    c.dot |= (uint64_t)has(k, DOT) << shift;
    c.colon |= (uint64_t)(uint32_t)_mm256_movemask_epi8(k) << shift;
    c.backslash |= (uint64_t)equals(b, '\\') << shift;
    c.percent |= (uint64_t)equals(b, '%') << shift;
    c.escape_letter |= (uint64_t)(equals(b, 'u') | equals(b, 'x')) << shift;
    c.other |=
        (uint64_t)((uint32_t)_mm256_movemask_epi8(b) | equals(b, 0x1b)) << shift;
  }
  return c;
}

__attribute__((target("avx2,popcnt"))) static void classify_text_avx2(
    const uint8_t *bytes, size_t count, sekisho_text_block *blocks) {
  CLASSIFY_ALL(classify_avx2)
}

#define AVX512 __attribute__((target("avx512f,avx512bw,bmi,bmi2,lzcnt,popcnt")))

AVX512 static inline uint64_t equals512(__m512i bytes, char wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(wanted));
}

// Those of some bytes that are one of `count` values from `first` on.
AVX512 static inline uint64_t from512(__m512i bytes, char first, char count) {
  return _mm512_cmplt_epu8_mask(
      _mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}

AVX512 static inline classes classify_avx512(const uint8_t *bytes) {
  const __m512i b = _mm512_loadu_si512(bytes);
  const __m512i small = _mm512_or_si512(b, _mm512_set1_epi8(0x20));
  classes c;
  c.letter = from512(small, 'a', 26);
  c.digit = from512(b, '0', 10);
  c.hex = c.digit | from512(small, 'a', 6);
  c.name = c.letter | c.digit | equals512(b, '-') | equals512(b, '_');
  c.dot = equals512(b, '.');
  c.colon = equals512(b, ':');
  c.backslash = equals512(b, '\\');
  c.percent = equals512(b, '%');
  // Asked for behind a backslash only.
  c.escape_letter = c.backslash ? equals512(b, 'u') | equals512(b, 'x') : 0;
  c.other = _mm512_movepi8_mask(b) | equals512(b, 0x1b);
  return c;
}

AVX512 static void classify_text_avx512(
    const uint8_t *bytes, size_t count, sekisho_text_block *blocks) {
  CLASSIFY_ALL(classify_avx512)
}

int sekisho_text_best(void) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) {
    return sekisho_text_avx512;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") ? sekisho_text_avx2
                                                                          : sekisho_text_portable;
}

#else

int sekisho_text_best(void) { return sekisho_text_portable; }

#endif

void sekisho_classify_text(
    const uint8_t *bytes, size_t count, sekisho_text_block *blocks, int way) {
#if defined(__x86_64__)
  if (way == sekisho_text_avx512) {
    classify_text_avx512(bytes, count, blocks);
    return;
  }
  if (way == sekisho_text_avx2) {
    classify_text_avx2(bytes, count, blocks);
    return;
  }
#endif
  (void)way;
  classify_text_portable(bytes, count, blocks);
}
