#include "TextShapes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

// Classes are bits, some of which mean another class where the byte is no letter. A byte has those
// that its low and its high half both allow, in the first pair of tables or in the second.
#define LETTER 1         // 0x41–0x4F, 0x61–0x6F; 0x50–0x5A, 0x70–0x7A
#define DIGIT 2          // 0x30–0x39
#define HEX_OR_DOT 4     // 0x41–0x46, 0x61–0x66; 0x2E
#define MARK_OR_COLON 8  // 0x75, 0x78; 0x3A
#define HYPHEN 16        // 0x2D
#define UNDERSCORE 32    // 0x5F
#define BACKSLASH 64     // 0x5C; 0x1B
#define PERCENT (-128)   // 0x25; 0x1B

/// A table of sixteen, in both halves.
SEKISHO_INLINE AVX2 __m256i table(const int8_t *entries) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)entries));
}

static const int8_t first_low[16] = {
    DIGIT,
    LETTER | DIGIT | HEX_OR_DOT,
    LETTER | DIGIT | HEX_OR_DOT,
    LETTER | DIGIT | HEX_OR_DOT,
    LETTER | DIGIT | HEX_OR_DOT,
    LETTER | DIGIT | HEX_OR_DOT | MARK_OR_COLON | PERCENT,
    LETTER | DIGIT | HEX_OR_DOT,
    LETTER | DIGIT,
    LETTER | DIGIT | MARK_OR_COLON,
    LETTER | DIGIT,
    LETTER,
    LETTER,
    LETTER | BACKSLASH,
    LETTER | HYPHEN,
    LETTER,
    LETTER | UNDERSCORE,
};
static const int8_t first_high[16] = {
    [2] = HYPHEN | PERCENT,    [3] = DIGIT,
    [4] = LETTER | HEX_OR_DOT, [5] = BACKSLASH | UNDERSCORE,
    [6] = LETTER | HEX_OR_DOT, [7] = MARK_OR_COLON,
};
static const int8_t second_low[16] = {
    [0 ... 9] = LETTER,
    [10] = LETTER | MARK_OR_COLON,
    [11] = BACKSLASH | PERCENT,
    [14] = HEX_OR_DOT,
};
static const int8_t second_high[16] = {
    [1] = BACKSLASH | PERCENT, [2] = HEX_OR_DOT, [3] = MARK_OR_COLON, [5] = LETTER, [7] = LETTER,
};

/// The highest bits of thirty-two bytes, as half of a block's mask.
SEKISHO_INLINE AVX2 void store_half(__m256i bytes, uint64_t *masks, size_t block, size_t half) {
  const uint32_t bits = (uint32_t)_mm256_movemask_epi8(bytes);
  memcpy((uint8_t *)(masks + block) + 4 * half, &bits, 4);
}

/// Sets the bits of a block as they are; `tell_apart` makes classes of them.
AVX2 static inline void classify(const uint8_t *bytes, sekisho_text_classes *c, size_t block) {
  const __m256i low1 = table(first_low), high1 = table(first_high), low2 = table(second_low),
                high2 = table(second_high), nibble = _mm256_set1_epi8(0x0f);
  for (size_t half = 0; half < 2; half++) {
    const __m256i b = _mm256_loadu_si256((const __m256i *)(bytes + 32 * half));
    const __m256i low = _mm256_and_si256(b, nibble),
                  high = _mm256_and_si256(_mm256_srli_epi16(b, 4), nibble);
    __m256i k = _mm256_or_si256(
        _mm256_and_si256(_mm256_shuffle_epi8(low1, low), _mm256_shuffle_epi8(high1, high)),
        _mm256_and_si256(_mm256_shuffle_epi8(low2, low), _mm256_shuffle_epi8(high2, high)));
    store_half(b, c->other, block, half);
    // From the highest bit on; a byte added to itself has the next one there.
    uint64_t *const masks[8] = {c->percent, c->backslash, c->name,  c->hyphen,
                                c->colon,   c->dot,       c->digit, c->letter};
    for (int i = 0; i < 8; i++) {
      store_half(k, masks[i], block, half);
      k = _mm256_add_epi8(k, k);
    }
  }
}

/// From the bits of blocks to their classes.
AVX2 static inline void tell_apart(sekisho_text_classes *c, size_t blocks) {
  for (size_t i = 0; i < blocks; i++) {
    const uint64_t letter = c->letter[i], digit = c->digit[i], hex_or_dot = c->dot[i],
                   mark_or_colon = c->colon[i], underscore = c->name[i],
                   backslash = c->backslash[i], percent = c->percent[i];
    c->hex[i] = digit | (letter & hex_or_dot);
    c->dot[i] = hex_or_dot & ~letter;
    c->mark[i] = letter & mark_or_colon;
    c->colon[i] = mark_or_colon & ~letter;
    c->name[i] = letter | digit | c->hyphen[i] | underscore;
    c->backslash[i] = backslash & ~percent;
    c->percent[i] = percent & ~backslash;
    c->other[i] |= percent & backslash;
  }
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

/// How four numbers of one to three digits stand behind one another in sixteen bytes, of which the
/// fourth is the first dot.
typedef struct {
  /// Where their digits are: three for each number, the last of them its last, and then none.
  uint8_t places[16];
  /// The least that numbers of so many digits are.
  int32_t least[4];
  /// The bytes from the one before the first digit to the one behind the last, a bit each; those of
  /// them that are no digits; and the dots behind the first.
  uint16_t all, others, dots, unused;
} number_layout;

#define NONE 0x80
/// The place of a digit of three of a number that ends before a place.
#define PLACE(end, length, digit) ((length) + (digit) >= 3 ? (end) - 3 + (digit) : NONE)
#define NUMBER(end, length) \
  PLACE(end, length, 0), PLACE(end, length, 1), PLACE(end, length, 2), NONE
#define LEAST(length) ((length) == 3 ? 100 : (length) == 2 ? 10 : 0)
/// Bits from the first to the one before an end.
#define BITS(first, end) ((1 << (end)) - (1 << (first)))
#define BEFORE(a) (8 >> (a) >> 1)
#define LAYOUT(a, b, c, d)                                                                        \
  {                                                                                               \
    {NUMBER(3, a), NUMBER(4 + (b), b), NUMBER(5 + (b) + (c), c), NUMBER(6 + (b) + (c) + (d), d)}, \
        {LEAST(a), LEAST(b), LEAST(c), LEAST(d)},                                                 \
        BITS(3 - (a), 7 + (b) + (c) + (d)) | BEFORE(a),                                           \
        BEFORE(a) | 8 | 16 << (b) | 32 << ((b) + (c)) | 64 << ((b) + (c) + (d)),                      \
        16 << (b) | 32 << ((b) + (c)),                                                              \
        0,                                                                                        \
  }
#define LAYOUTS3(a, b, c) LAYOUT(a, b, c, 1), LAYOUT(a, b, c, 2), LAYOUT(a, b, c, 3)
#define LAYOUTS2(a, b) LAYOUTS3(a, b, 1), LAYOUTS3(a, b, 2), LAYOUTS3(a, b, 3)
#define LAYOUTS1(a) LAYOUTS2(a, 1), LAYOUTS2(a, 2), LAYOUTS2(a, 3)

/// By the lengths of the four numbers, each less one, the last one's lowest in base three.
static const number_layout layouts[81] = {LAYOUTS1(1), LAYOUTS1(2), LAYOUTS1(3)};

enum { goes_on = 1, is_odd = 2 };

/// What a byte says before an address, and behind one.
static const uint8_t before_address[256] = {
    ['.'] = is_odd,         ['%'] = is_odd,         ['u'] = is_odd,        ['x'] = is_odd,
    ['0' ... '9'] = is_odd, ['A' ... 'F'] = is_odd, ['a' ... 'f'] = is_odd};
static const uint8_t behind_address[256] = {['.'] = is_odd,
                                            ['_'] = goes_on,
                                            ['0' ... '9'] = goes_on,
                                            ['A' ... 'Z'] = goes_on,
                                            ['a' ... 'z'] = goes_on};

/// `sekisho_look_at_dot` for all of a stretch, with no branch on how long numbers are; what has odd
/// neighbours is left to it.
SEKISHO_INLINE AVX2 void find_addresses(const uint8_t *bytes, size_t count,
                                        const sekisho_text_places *places,
                                        sekisho_text_shapes *shapes) {
  size_t found = shapes->address_count;
  for (size_t i = 0; i < places->dot_count; i++) {
    const size_t dot = places->dots[i];
    if (__builtin_expect(dot < 8 || count - dot < 24, 0)) {
      shapes->dots[shapes->dot_count++] = (uint32_t)dot;
      continue;
    }
    const uint8_t *const start = bytes + dot - 3;
    const __m128i b = _mm_loadu_si128((const __m128i *)start);
    const __m128i values = _mm_sub_epi8(b, _mm_set1_epi8('0'));
    const uint32_t others = ~(uint32_t)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values));
    const uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8('.')));
    // How many digits stand before the dot, up to three; behind it, the first three bytes that are
    // none.
    const uint32_t first = (uint32_t)__builtin_clz(others << 29 | 1u << 28);
    const uint32_t behind = others >> 4, without_one = behind & (behind - 1),
                   without_two = without_one & (without_one - 1);
    const uint32_t second_end = (uint32_t)__builtin_ctz(behind),
                   third_end = (uint32_t)__builtin_ctz(without_one),
                   fourth_end = (uint32_t)__builtin_ctz(without_two);
    const uint8_t neighbours =
        before_address[start[2 - (int)first]] | behind_address[start[4 + fourth_end]];
    if (__builtin_expect(neighbours & is_odd, 0)) {
      shapes->address_count = found;
      sekisho_look_at_dot(bytes, count, dot, shapes);
      found = shapes->address_count;
      continue;
    }
    // 27 (first - 1) + 9 (second - 1) + 3 (third - 1) + (fourth - 1), by their lengths. Where some length is
    // none that a number can have, whichever layout that comes to is not met.
    const uint32_t number = 27 * first + 2 * (3 * second_end + third_end) + fourth_end - 44;
    const number_layout *const layout = layouts + (number < 81 ? number : 0);
    const __m128i placed =
        _mm_shuffle_epi8(values, _mm_loadu_si128((const __m128i *)layout->places));
    const __m128i numbers =
        _mm_madd_epi16(_mm_maddubs_epi16(placed, _mm_set1_epi32(0x00010A64)), _mm_set1_epi16(1));
    const __m128i is_wrong =
        _mm_or_si128(_mm_cmpgt_epi32(_mm_loadu_si128((const __m128i *)layout->least), numbers),
                     _mm_cmpgt_epi32(numbers, _mm_set1_epi32(255)));
    const uint32_t differs = ((others & layout->all) ^ layout->others) | (~dots & layout->dots);
    shapes->address_places[found] = (uint32_t)(dot - first);
    shapes->addresses[found] =
        (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(numbers, _mm_set1_epi32(0x0004080C)));
    found += ((differs | neighbours) == 0) & (uint32_t)_mm_testz_si128(is_wrong, is_wrong);
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
                                .append = sekisho_append_places};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  sekisho_find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

#endif
