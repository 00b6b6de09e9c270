#include "TextShapes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

// Classes are bits, one of which means another class if the byte is no letter. A byte has the
// classes that both its low and its high half allow, in the first pair of tables or in the second.
#define LETTER (-128)   // 0x41–0x4F, 0x61–0x6F; 0x50–0x5A, 0x70–0x7A
#define DIGIT 64        // 0x30–0x39
#define HEX_OR_DOT 32   // 0x41–0x46, 0x61–0x66; 0x2E
#define COLON 16        // 0x3A
#define JOINT 8         // 0x2D; 0x5F
#define SIGN 4          // 0x5C; 0x25
#define OTHER 2         // 0x1B; 0x80–0xFF

/// A table of sixteen bytes, in both halves of a vector.
SEKISHO_INLINE AVX2 __m256i table(const int8_t *entries) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)entries));
}

static const int8_t first_low[16] = {
    DIGIT,
    [1 ... 6] = LETTER | DIGIT | HEX_OR_DOT,
    [7 ... 9] = LETTER | DIGIT,
    [10] = LETTER | COLON,
    [11] = LETTER | OTHER,
    [12] = LETTER | SIGN,
    [13] = LETTER | JOINT,
    [14 ... 15] = LETTER,
};
static const int8_t first_high[16] = {
    [1] = OTHER,
    [2] = JOINT,
    [3] = DIGIT | COLON,
    [4] = LETTER | HEX_OR_DOT,
    [5] = SIGN,
    [6] = LETTER | HEX_OR_DOT,
};
static const int8_t second_low[16] = {
    [0 ... 4] = LETTER | OTHER,        [5] = LETTER | OTHER | SIGN, [6 ... 10] = LETTER | OTHER,
    [11 ... 13] = OTHER,               [14] = OTHER | HEX_OR_DOT,   [15] = OTHER | JOINT,
};
static const int8_t second_high[16] = {
    [2] = HEX_OR_DOT | SIGN,
    [5] = LETTER | JOINT,
    [7] = LETTER,
    [8 ... 15] = OTHER,
};

/// The classes of thirty-two bytes.
SEKISHO_INLINE AVX2 __m256i classes_of(const uint8_t *bytes) {
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  const __m256i b = _mm256_loadu_si256((const __m256i *)bytes);
  const __m256i low = _mm256_and_si256(b, nibble),
                high = _mm256_and_si256(_mm256_srli_epi16(b, 4), nibble);
  return _mm256_or_si256(_mm256_and_si256(_mm256_shuffle_epi8(table(first_low), low),
                                          _mm256_shuffle_epi8(table(first_high), high)),
                         _mm256_and_si256(_mm256_shuffle_epi8(table(second_low), low),
                                          _mm256_shuffle_epi8(table(second_high), high)));
}

/// The highest bits of thirty-two bytes.
SEKISHO_INLINE AVX2 uint64_t bits_of(__m256i bytes) {
  return (uint32_t)_mm256_movemask_epi8(bytes);
}

/// The highest bits of thirty-two bytes, as half of a block's mask.
SEKISHO_INLINE AVX2 void store_half(__m256i bytes, uint64_t *masks, size_t block, size_t half) {
  const uint32_t bits = (uint32_t)bits_of(bytes);
  memcpy((uint8_t *)(masks + block) + 4 * half, &bits, 4);
}

/// Sets the plain bits of a block; `tell_apart` makes classes of them.
AVX2 static inline void classify(const uint8_t *bytes, sekisho_text_classes *c, size_t block) {
  const __m256i halves[2] = {classes_of(bytes), classes_of(bytes + 32)};
  for (size_t half = 0; half < 2; half++) {
    // From the highest bit on: adding a byte to itself moves the next bit there.
    __m256i k = halves[half];
    uint64_t *const masks[5] = {c->letter, c->digit, c->dot, c->colon, c->hyphen};
    for (int i = 0; i < 5; i++) {
      store_half(k, masks[i], block, half);
      k = _mm256_add_epi8(k, k);
    }
  }
  // Few blocks have a byte of these classes.
  const __m256i special = _mm256_set1_epi8(SIGN | OTHER);
  c->other[block] = 0;
  if (!_mm256_testz_si256(_mm256_or_si256(halves[0], halves[1]), special)) {
    for (size_t half = 0; half < 2; half++) {
      const __m256i is_none = _mm256_cmpeq_epi8(_mm256_and_si256(halves[half], special),
                                                _mm256_setzero_si256());
      store_half(_mm256_xor_si256(is_none, _mm256_set1_epi8(-1)), c->other, block, half);
    }
  }
}

/// Near the text's end: which bytes of `mask` have a `u` or `x` behind them, as a backslash of an
/// escape has, and which are backslashes and percent signs.
SEKISHO_INLINE uint64_t marks_behind(const uint8_t *bytes, size_t count, size_t block,
                                     uint64_t mask, uint64_t *backslashes, uint64_t *percents) {
  uint64_t marks = 0;
  for (; mask; mask &= mask - 1) {
    const size_t i = (size_t)__builtin_ctzll(mask), place = block + i;
    const uint8_t next = place + 1 < count ? bytes[place + 1] : 0;
    *backslashes |= (uint64_t)(bytes[place] == '\\') << i;
    *percents |= (uint64_t)(bytes[place] == '%') << i;
    marks |= (uint64_t)(next == 'u' || next == 'x') << i;
  }
  return marks;
}

AVX2 static inline uint64_t keep_specials(const uint8_t *bytes, size_t count, size_t block,
                                          uint64_t mask, const uint64_t *hex) {
  uint64_t backslashes = 0, percents = 0, marks = 0;
  if (__builtin_expect(count - block <= 64, 0)) {
    marks = marks_behind(bytes, count, block, mask, &backslashes, &percents);
  } else {
    for (size_t half = 0; half < 2; half++) {
      const uint8_t *const start = bytes + block + 32 * half;
      const __m256i b = _mm256_loadu_si256((const __m256i *)start),
                    next = _mm256_loadu_si256((const __m256i *)(start + 1));
      const __m256i is_mark = _mm256_or_si256(_mm256_cmpeq_epi8(next, _mm256_set1_epi8('u')),
                                              _mm256_cmpeq_epi8(next, _mm256_set1_epi8('x')));
      backslashes |= bits_of(_mm256_cmpeq_epi8(b, _mm256_set1_epi8('\\'))) << 32 * half;
      percents |= bits_of(_mm256_cmpeq_epi8(b, _mm256_set1_epi8('%'))) << 32 * half;
      marks |= bits_of(is_mark) << 32 * half;
    }
  }
  const uint64_t hex_behind = hex[0] >> 1 | hex[1] << 63;
  return mask & ~(backslashes & ~marks) & ~(percents & ~hex_behind);
}

/// `tell_apart` for one block.
SEKISHO_INLINE void tell_apart_one(sekisho_text_classes *c, size_t block) {
  const uint64_t letter = c->letter[block], digit = c->digit[block], hex_or_dot = c->dot[block];
  c->hex[block] = digit | (letter & hex_or_dot);
  c->dot[block] = hex_or_dot & ~letter;
  c->name[block] = letter | digit | c->hyphen[block];
}

/// Makes classes of the bits of blocks.
AVX2 static inline void tell_apart(sekisho_text_classes *c, size_t blocks) {
  size_t i = 0;
  for (; i + 8 <= blocks; i += 8) {
    const sekisho_masks letter = sekisho_load_masks(c->letter + i),
                        digit = sekisho_load_masks(c->digit + i),
                        hex_or_dot = sekisho_load_masks(c->dot + i),
                        joint = sekisho_load_masks(c->hyphen + i);
    sekisho_store_masks(c->hex + i, digit | (letter & hex_or_dot));
    sekisho_store_masks(c->dot + i, hex_or_dot & ~letter);
    sekisho_store_masks(c->name + i, letter | digit | joint);
  }
  for (; i < blocks; i++) tell_apart_one(c, i);
}

/// `sekisho_filled_one`, four blocks at once.
AVX2 static inline uint64_t filled(const uint64_t *masks, size_t blocks) {
  uint64_t empty = 0;
  for (size_t i = 0; i < blocks; i += 4) {
    const __m256i is_empty = _mm256_cmpeq_epi64(_mm256_loadu_si256((const __m256i *)(masks + i)),
                                                _mm256_setzero_si256());
    empty |= (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(is_empty)) << i;
  }
  return ~empty & ~0ull >> (64 - blocks);
}

/// `sekisho_add_starts_one`, four blocks at once.
AVX2 static inline void add_starts(const uint64_t *runs, size_t blocks, uint64_t *places,
                                   uint64_t *before, uint64_t *carry) {
  uint64_t last = *before;
  unsigned char over = (unsigned char)*carry;
  size_t i = 0;
  for (; i + 4 <= blocks; i += 4) {
    for (size_t at = i; at < i + 4; at++) {
      const uint64_t starts = places[at];
      unsigned long long sum;
      over = _addcarry_u64(over, runs[at], starts << 1 | last, &sum);
      places[at] = sum;
      last = starts >> 63;
    }
  }
  *before = last;
  *carry = over;
  if (i < blocks) sekisho_add_starts_one(runs + i, blocks - i, places + i, before, carry);
}

/// How four numbers of one to three digits follow one another in sixteen bytes, the fourth of which
/// is the first dot.
typedef struct {
  /// Where their digits are: three places for each number, its last digit last, and then `NONE`.
  uint8_t places[16];
  /// The least value that each number may have with its count of digits.
  int32_t least[4];
  /// The dots behind the first, one bit each.
  uint32_t dots;
  /// The length of the last three numbers with the dots between them.
  uint32_t length;
} number_layout;

#define NONE 0x80
/// The place of one of the three digits of a number of `length` digits that ends before `end`.
#define PLACE(end, length, digit) ((length) + (digit) >= 3 ? (end) - 3 + (digit) : NONE)
#define NUMBER(end, length) \
  PLACE(end, length, 0), PLACE(end, length, 1), PLACE(end, length, 2), NONE
#define LEAST(length) ((length) == 3 ? 100 : (length) == 2 ? 10 : 0)
#define LAYOUT(a, b, c, d)                                                                        \
  {                                                                                               \
    {NUMBER(3, a), NUMBER(4 + (b), b), NUMBER(5 + (b) + (c), c), NUMBER(6 + (b) + (c) + (d), d)}, \
        {LEAST(a), LEAST(b), LEAST(c), LEAST(d)},                                                 \
        16 << (b) | 32 << ((b) + (c)),                                                            \
        (b) + (c) + (d) + 2,                                                                      \
  }
#define LAYOUTS3(a, b, c) LAYOUT(a, b, c, 1), LAYOUT(a, b, c, 2), LAYOUT(a, b, c, 3)
#define LAYOUTS2(a, b) LAYOUTS3(a, b, 1), LAYOUTS3(a, b, 2), LAYOUTS3(a, b, 3)
/// The last layout fits nothing: no byte is the dot that it asks for.
#define LAYOUTS1(a) {LAYOUTS2(a, 1), LAYOUTS2(a, 2), LAYOUTS2(a, 3), {.dots = 1 << 16}}

enum { no_tail = 27 };

/// By the length of the first number, less one, and by its tail: the lengths of the others, each
/// less one, as a number in base three with the last one's lowest.
static const number_layout layouts[3][no_tail + 1] = {LAYOUTS1(1), LAYOUTS1(2), LAYOUTS1(3)};

// The places of the first three set bits of a number.
#define FIRST_BIT(x) __builtin_ctz((x) | 1 << 11)
#define WITHOUT_FIRST(x) ((x) & ((x) - 1))
#define SECOND_BIT(x) FIRST_BIT(WITHOUT_FIRST(x))
#define THIRD_BIT(x) FIRST_BIT(WITHOUT_FIRST(WITHOUT_FIRST(x)))
#define IS_LENGTH(n) ((n) >= 1 && (n) <= 3)
/// The tail, if among eleven bytes those that are no digits are the set bits of `x`. The twelfth
/// byte, which only the longest tail asks for, is looked at separately.
#define TAIL(x)                                                                                 \
  (uint8_t)(IS_LENGTH(FIRST_BIT(x)) && IS_LENGTH(SECOND_BIT(x) - FIRST_BIT(x) - 1) &&           \
                    IS_LENGTH(THIRD_BIT(x) - SECOND_BIT(x) - 1)                                 \
                ? 9 * (FIRST_BIT(x) - 1) + 3 * (SECOND_BIT(x) - FIRST_BIT(x) - 2) +             \
                      (THIRD_BIT(x) - SECOND_BIT(x) - 2)                                        \
                : no_tail)
#define TAILS4(x) TAIL(x), TAIL((x) + 1), TAIL((x) + 2), TAIL((x) + 3)
#define TAILS16(x) TAILS4(x), TAILS4((x) + 4), TAILS4((x) + 8), TAILS4((x) + 12)
#define TAILS64(x) TAILS16(x), TAILS16((x) + 16), TAILS16((x) + 32), TAILS16((x) + 48)
#define TAILS256(x) TAILS64(x), TAILS64((x) + 64), TAILS64((x) + 128), TAILS64((x) + 192)

static const uint8_t tails[2048] = {TAILS256(0),    TAILS256(256),  TAILS256(512),
                                    TAILS256(768),  TAILS256(1024), TAILS256(1280),
                                    TAILS256(1536), TAILS256(1792)};

enum { goes_on = 1, is_odd = 2 };

/// What a byte means before an address, and behind one.
static const uint8_t before_address[256] = {
    ['.'] = is_odd,         ['%'] = is_odd,         ['u'] = is_odd,        ['x'] = is_odd,
    ['0' ... '9'] = is_odd, ['A' ... 'F'] = is_odd, ['a' ... 'f'] = is_odd};
static const uint8_t behind_address[256] = {['.'] = is_odd,
                                            ['_'] = goes_on,
                                            ['0' ... '9'] = goes_on,
                                            ['A' ... 'Z'] = goes_on,
                                            ['a' ... 'z'] = goes_on};

/// `sekisho_look_at_dot` for all dots of a stretch, with no branch on how long numbers are; dots
/// with odd neighbours are left to it.
SEKISHO_INLINE AVX2 void find_addresses(const uint8_t *bytes, size_t count,
                                        const sekisho_text_places *places,
                                        sekisho_text_shapes *shapes) {
  uint32_t *const address_places = shapes->address_places, *const addresses = shapes->addresses;
  // How many places, from 8 on, have eight bytes before them and twenty-four from them on.
  const size_t inner = count < 32 ? 0 : count - 31;
  size_t found = shapes->address_count;
  for (size_t i = 0; i < places->dot_count; i++) {
    const size_t dot = places->dots[i];
    if (__builtin_expect(dot - 8 >= inner, 0)) {
      shapes->dots[shapes->dot_count++] = (uint32_t)dot;
      continue;
    }
    const uint8_t *const start = bytes + dot - 3;
    const __m128i b = _mm_loadu_si128((const __m128i *)start);
    const __m128i values = _mm_sub_epi8(b, _mm_set1_epi8('0'));
    const uint32_t digits = (uint32_t)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values));
    const uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8('.')));
    const uint32_t others = ~digits;
    // How many digits are before the dot, up to three, and how those behind it are laid out.
    const uint32_t first = (uint32_t)__builtin_clz(others << 29 | 1u << 28);
    const number_layout *const layout = &layouts[first - 1][tails[others >> 4 & 2047]];
    const uint8_t neighbours =
        before_address[start[2 - (int)first]] | behind_address[start[4 + layout->length]];
    if (__builtin_expect(neighbours & is_odd, 0)) {
      shapes->address_count = found;
      sekisho_look_at_dot(bytes, count, dot, shapes);
      found = shapes->address_count;
      continue;
    }
    const __m128i placed =
        _mm_shuffle_epi8(values, _mm_loadu_si128((const __m128i *)layout->places));
    const __m128i numbers =
        _mm_madd_epi16(_mm_maddubs_epi16(placed, _mm_set1_epi32(0x00010A64)), _mm_set1_epi16(1));
    const __m128i is_wrong =
        _mm_or_si128(_mm_cmpgt_epi32(_mm_loadu_si128((const __m128i *)layout->least), numbers),
                     _mm_cmpgt_epi32(numbers, _mm_set1_epi32(255)));
    address_places[found] = (uint32_t)dot - first;
    addresses[found] =
        (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(numbers, _mm_set1_epi32(0x0004080C)));
    found += (((~dots & layout->dots) | neighbours) == 0) &
             (uint32_t)_mm_testz_si128(is_wrong, is_wrong);
  }
  shapes->address_count = found;
}

AVX2 void sekisho_find_shapes_avx2(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                   sekisho_text_state *state, sekisho_text_shapes *shapes) {
  sekisho_text_classes classes;
  sekisho_text_places places;
  const sekisho_text_way way = {.classify = classify,
                                .tell_apart = tell_apart,
                                .add_starts = add_starts,
                                .filled = filled,
                                .append = sekisho_append_places,
                                .keep_specials = keep_specials};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  sekisho_find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

#endif
