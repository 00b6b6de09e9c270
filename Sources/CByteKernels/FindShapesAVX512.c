#include "TextShapes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512                                                                                 \
  __attribute__((target(                                                                       \
      "avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi,avx512vbmi2,gfni,avx2,bmi,bmi2," \
      "lzcnt,popcnt")))

SEKISHO_INLINE AVX512 __mmask64 equals(__m512i bytes, char wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(wanted));
}

/// Which of the bytes are one of `count` values from `first` on.
SEKISHO_INLINE AVX512 __mmask64 within(__m512i bytes, char first, char count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)),
                                _mm512_set1_epi8(count));
}

AVX512 static inline void classify(const uint8_t *bytes, sekisho_text_classes *c, size_t block) {
  const __m512i b = _mm512_loadu_si512(bytes);
  const __m512i letters =
      _mm512_sub_epi8(_mm512_or_si512(b, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
  const __mmask64 letter = _mm512_cmplt_epu8_mask(letters, _mm512_set1_epi8(26));
  const __mmask64 digit = within(b, '0', 10), hyphen = equals(b, '-');
  c->letter[block] = letter;
  c->digit[block] = digit;
  c->hex[block] = _kor_mask64(digit, _mm512_cmplt_epu8_mask(letters, _mm512_set1_epi8(6)));
  c->hyphen[block] = hyphen;
  c->name[block] = _kor_mask64(_kor_mask64(letter, digit), _kor_mask64(hyphen, equals(b, '_')));
  c->dot[block] = equals(b, '.');
  c->colon[block] = equals(b, ':');
  c->backslash[block] = equals(b, '\\');
  c->percent[block] = equals(b, '%');
  c->mark[block] = _kor_mask64(equals(b, 'u'), equals(b, 'x'));
  c->other[block] = _kor_mask64(_mm512_movepi8_mask(b), equals(b, 0x1b));
}

// Classes are bits, some of which mean another class if the byte is no letter.
#define LETTER 1
#define DIGIT 2
#define HEX_LETTER (LETTER | 4)
#define DOT 4
#define MARK (LETTER | 8)
#define COLON 8
#define HYPHEN 16
#define UNDERSCORE 32
#define BACKSLASH 64
#define PERCENT 128
#define OTHER (BACKSLASH | PERCENT)

/// The classes of the bytes of ASCII.
static const uint8_t class_table[128] __attribute__((aligned(64))) = {
    [0x1b] = OTHER,
    ['%'] = PERCENT,
    ['-'] = HYPHEN,
    ['.'] = DOT,
    ['0'] = DIGIT,
    ['1'] = DIGIT,
    ['2'] = DIGIT,
    ['3'] = DIGIT,
    ['4'] = DIGIT,
    ['5'] = DIGIT,
    ['6'] = DIGIT,
    ['7'] = DIGIT,
    ['8'] = DIGIT,
    ['9'] = DIGIT,
    [':'] = COLON,
    ['A'] = HEX_LETTER,
    ['B'] = HEX_LETTER,
    ['C'] = HEX_LETTER,
    ['D'] = HEX_LETTER,
    ['E'] = HEX_LETTER,
    ['F'] = HEX_LETTER,
    ['G' ... 'Z'] = LETTER,
    ['\\'] = BACKSLASH,
    ['_'] = UNDERSCORE,
    ['a' ... 'f'] = HEX_LETTER,
    ['g' ... 't'] = LETTER,
    ['u'] = MARK,
    ['v' ... 'w'] = LETTER,
    ['x'] = MARK,
    ['y' ... 'z'] = LETTER,
};

/// From 64 bytes with a bit for each class to eight words: for each class in turn, the 64 bits of
/// the bytes.
SEKISHO_INLINE AVX512 __m512i masks_of(__m512i classes) {
  // Eight bytes are a matrix of bits: turned about its diagonal by a product, the last byte first,
  // and then turned about.
  const __m512i diagonal = _mm512_set1_epi64((long long)0x8040201008040201);
  const __m512i turned = _mm512_gf2p8affine_epi64_epi8(diagonal, classes, 0);
  const __m512i bits = _mm512_gf2p8affine_epi64_epi8(turned, diagonal, 0);
  // Byte `i` of word `j` to byte `j` of word `i`.
  const __m512i columns =
      _mm512_add_epi8(_mm512_set1_epi64(0x3830282018100800),
                      _mm512_setr_epi64(0, 0x0101010101010101, 0x0202020202020202,
                                        0x0303030303030303, 0x0404040404040404, 0x0505050505050505,
                                        0x0606060606060606, 0x0707070707070707));
  return _mm512_permutexvar_epi8(columns, bits);
}

/// Turns eight rows of eight words into eight columns.
SEKISHO_INLINE AVX512 void turn(__m512i rows[8]) {
  __m512i pairs[8], fours[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
  }
  // Of rows 0 to 3, and of 4 to 7: parts 0 and 2, and 1 and 3, of two words each.
  for (int half = 0; half < 8; half += 4) {
    for (int odd = 0; odd < 2; odd++) {
      fours[half + odd] = _mm512_shuffle_i64x2(pairs[half + odd], pairs[half + 2 + odd], 0x88);
      fours[half + 2 + odd] = _mm512_shuffle_i64x2(pairs[half + odd], pairs[half + 2 + odd], 0xdd);
    }
  }
  for (int odd = 0; odd < 2; odd++) {
    rows[odd] = _mm512_shuffle_i64x2(fours[odd], fours[4 + odd], 0x88);
    rows[4 + odd] = _mm512_shuffle_i64x2(fours[odd], fours[4 + odd], 0xdd);
    rows[2 + odd] = _mm512_shuffle_i64x2(fours[2 + odd], fours[6 + odd], 0x88);
    rows[6 + odd] = _mm512_shuffle_i64x2(fours[2 + odd], fours[6 + odd], 0xdd);
  }
}

/// `classify` for eight blocks.
AVX512 static inline void classify_eight(const uint8_t *bytes, sekisho_text_classes *c,
                                         size_t block) {
  const __m512i low = _mm512_load_si512(class_table), high = _mm512_load_si512(class_table + 64);
  __m512i rows[8];
  for (int i = 0; i < 8; i++) {
    const __m512i b = _mm512_loadu_si512(bytes + 64 * i);
    const __m512i classes = _mm512_permutex2var_epi8(low, b, high);
    rows[i] = masks_of(
        _mm512_mask_mov_epi8(classes, _mm512_movepi8_mask(b), _mm512_set1_epi8((char)OTHER)));
  }
  turn(rows);
  const __m512i letter = rows[0], digit = rows[1], hex_or_dot = rows[2], mark_or_colon = rows[3],
                hyphen = rows[4], underscore = rows[5], backslash = rows[6], percent = rows[7];
  _mm512_storeu_si512(c->letter + block, letter);
  _mm512_storeu_si512(c->digit + block, digit);
  _mm512_storeu_si512(c->hex + block, _mm512_or_si512(digit, _mm512_and_si512(letter, hex_or_dot)));
  _mm512_storeu_si512(c->name + block, _mm512_or_si512(_mm512_or_si512(letter, digit),
                                                       _mm512_or_si512(hyphen, underscore)));
  _mm512_storeu_si512(c->hyphen + block, hyphen);
  _mm512_storeu_si512(c->dot + block, _mm512_andnot_si512(letter, hex_or_dot));
  _mm512_storeu_si512(c->colon + block, _mm512_andnot_si512(letter, mark_or_colon));
  _mm512_storeu_si512(c->backslash + block, _mm512_andnot_si512(percent, backslash));
  _mm512_storeu_si512(c->percent + block, _mm512_andnot_si512(backslash, percent));
  _mm512_storeu_si512(c->mark + block, _mm512_and_si512(letter, mark_or_colon));
  _mm512_storeu_si512(c->other + block, _mm512_and_si512(backslash, percent));
}

/// `sekisho_add_starts_one`, eight blocks at once.
AVX512 static inline void add_starts(const uint64_t *runs, size_t blocks, uint64_t *places,
                                     uint64_t *before, uint64_t *carry) {
  const __m512i all = _mm512_set1_epi64(-1);
  __m512i last = _mm512_set1_epi64((long long)(*before << 63));
  uint32_t over = (uint32_t)*carry;
  *before = places[blocks - 1] >> 63;
  for (size_t i = 0; i < blocks; i += 8) {
    const __m512i starts = _mm512_loadu_si512(places + i), run = _mm512_loadu_si512(runs + i);
    const __m512i shifted = _mm512_shldi_epi64(starts, _mm512_alignr_epi64(starts, last, 7), 1);
    const __m512i sum = _mm512_add_epi64(run, shifted);
    // A block hands a bit to the next if its own sum overflows, or if it is all ones and gets a bit
    // itself.
    const uint32_t gives = _mm512_cmplt_epu64_mask(sum, run),
                   hands_on = _mm512_cmpeq_epi64_mask(sum, all);
    const uint32_t gets = ((gives << 1 | over) + hands_on) ^ hands_on;
    _mm512_storeu_si512(places + i, _mm512_mask_sub_epi64(sum, (__mmask8)gets, sum, all));
    over = gets >> (blocks - i < 8 ? blocks - i : 8) & 1;
    last = starts;
  }
  *carry = over;
}

/// Four places in a row in a block, as the bytes of a word.
#define FOUR_FROM(n) (n | (n + 1) << 8 | (n + 2) << 16 | (n + 3) << 24)

SEKISHO_INLINE AVX512 void store_places(__m128i numbers, __m512i start, uint32_t *places) {
  _mm512_storeu_si512(places, _mm512_add_epi32(start, _mm512_cvtepu8_epi32(numbers)));
}

/// `sekisho_filled_one`, eight blocks at once.
AVX512 static inline uint64_t filled(const uint64_t *masks, size_t blocks) {
  uint64_t filled = 0;
  for (size_t i = 0; i < blocks; i += 8) {
    const __m512i eight = _mm512_loadu_si512(masks + i);
    filled |= (uint64_t)_mm512_test_epi64_mask(eight, eight) << i;
  }
  return filled & ~0ull >> (64 - blocks);
}

/// `sekisho_append_places`, sixteen bits at once; writes up to sixteen places more than it counts.
AVX512 static inline size_t append_places(uint64_t mask, size_t base, uint32_t *places,
                                          size_t count) {
  const size_t bits = (size_t)__builtin_popcountll(mask);
  const __m512i numbers = _mm512_setr_epi32(
      FOUR_FROM(0), FOUR_FROM(4), FOUR_FROM(8), FOUR_FROM(12), FOUR_FROM(16), FOUR_FROM(20),
      FOUR_FROM(24), FOUR_FROM(28), FOUR_FROM(32), FOUR_FROM(36), FOUR_FROM(40), FOUR_FROM(44),
      FOUR_FROM(48), FOUR_FROM(52), FOUR_FROM(56), FOUR_FROM(60));
  const __m512i found = _mm512_maskz_compress_epi8(mask, numbers);
  const __m512i start = _mm512_set1_epi32((int)(uint32_t)base);
  store_places(_mm512_castsi512_si128(found), start, places + count);
  if (__builtin_expect(bits > 16, 0)) {
    store_places(_mm512_extracti32x4_epi32(found, 1), start, places + count + 16);
    store_places(_mm512_extracti32x4_epi32(found, 2), start, places + count + 32);
    store_places(_mm512_extracti32x4_epi32(found, 3), start, places + count + 48);
  }
  return count + bits;
}

/// `sekisho_look_at_end`, eight at a time.
SEKISHO_INLINE AVX512 void find_names(size_t from, const uint64_t *names,
                                      const sekisho_text_places *places,
                                      sekisho_text_shapes *shapes) {
  const __m512i one = _mm512_set1_epi64(1), all = _mm512_set1_epi64(64);
  for (size_t i = 0; i < places->end_count; i += 8) {
    const size_t left = places->end_count - i;
    const __mmask8 lanes = left >= 8 ? 0xff : (__mmask8)((1u << left) - 1);
    const __m256i ends32 = _mm256_maskz_loadu_epi32(lanes, places->ends + i);
    const __m512i ends = _mm512_cvtepu32_epi64(ends32);
    const __m512i block =
        _mm512_srli_epi64(_mm512_sub_epi64(ends, _mm512_set1_epi64((long long)from)), 6);
    const __m512i bit = _mm512_and_si512(ends, _mm512_set1_epi64(63));
    const __m512i high =
        _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), lanes, block, names + 1, 8);
    const __m512i low = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), lanes, block, names, 8);
    // The bytes of names before the end, the last byte in the highest bit; a shift by 64 leaves
    // zero.
    const __m512i before = _mm512_or_si512(_mm512_sllv_epi64(high, _mm512_sub_epi64(all, bit)),
                                           _mm512_srlv_epi64(low, bit));
    const __m512i length =
        _mm512_lzcnt_epi64(_mm512_ternarylogic_epi64(before, before, before, 0x55));
    const __m512i length_and_dot = _mm512_add_epi64(length, one);
    const __m512i rest = _mm512_sllv_epi64(before, length_and_dot);
    const __m512i length_before =
        _mm512_lzcnt_epi64(_mm512_ternarylogic_epi64(rest, rest, rest, 0x55));
    const __m512i whole = _mm512_add_epi64(length_and_dot, length_before);
    const __mmask8 is_short = _mm512_mask_cmplt_epu64_mask(lanes, whole, all);
    const __m256i dots = _mm512_cvtepi64_epi32(_mm512_sub_epi64(ends, length_and_dot));
    const __m256i starts = _mm512_cvtepi64_epi32(_mm512_sub_epi64(ends, whole));
    const size_t found = shapes->name_count;
    _mm256_storeu_si256((__m256i *)(shapes->name_starts + found),
                        _mm256_maskz_compress_epi32(is_short, starts));
    _mm256_storeu_si256((__m256i *)(shapes->name_dots + found),
                        _mm256_maskz_compress_epi32(is_short, dots));
    _mm256_storeu_si256((__m256i *)(shapes->name_ends + found),
                        _mm256_maskz_compress_epi32(is_short, ends32));
    shapes->name_count = found + (size_t)__builtin_popcount(is_short);
    for (uint32_t other = lanes & (uint32_t)~is_short; other; other &= other - 1) {
      shapes->ends[shapes->end_count++] = places->ends[i + (size_t)__builtin_ctz(other)];
    }
  }
}

/// Which of the four bytes of sixteen words are no digits, as bytes of ones.
SEKISHO_INLINE AVX512 __m512i no_digits(__m512i words) {
  return _mm512_movm_epi8(~within(words, '0', 10));
}

/// The numbers of one to three digits that are in the high bytes of words; the other bytes are
/// zero.
SEKISHO_INLINE AVX512 __m512i numbers(__m512i digits) {
  const __m512i pairs = _mm512_maddubs_epi16(_mm512_and_si512(digits, _mm512_set1_epi8(15)),
                                             _mm512_set1_epi32(0x010A6400));
  return _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}

/// A number of an address, and the byte behind it.
typedef struct {
  __m512i value;
  /// Eight times the count of its digits.
  __m512i bits;
  /// The byte behind it.
  __m512i next;
  __mmask16 is_right;
} number_behind;

SEKISHO_INLINE AVX512 number_behind number_at(__m512i word) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i others = no_digits(word);
  // The lowest bit of the first byte that is no digit. If all are digits, `bits` is -1, and a shift
  // by that or by 33 leaves zero.
  const __m512i lowest = _mm512_and_si512(others, _mm512_sub_epi32(zero, others));
  number_behind number;
  number.bits = _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(lowest));
  const __m512i digits =
      _mm512_sllv_epi32(word, _mm512_sub_epi32(_mm512_set1_epi32(32), number.bits));
  number.value = numbers(digits);
  number.next = _mm512_and_si512(_mm512_srlv_epi32(word, number.bits), _mm512_set1_epi32(0xff));
  const __mmask16 is_short = _mm512_cmplt_epu32_mask(
      _mm512_sub_epi32(number.bits, _mm512_set1_epi32(8)), _mm512_set1_epi32(17));
  const __mmask16 is_zero = _mm512_cmpeq_epi32_mask(_mm512_and_si512(word, _mm512_set1_epi32(0xff)),
                                                    _mm512_set1_epi32('0'));
  const __mmask16 is_long = _mm512_cmpgt_epu32_mask(number.bits, _mm512_set1_epi32(8));
  number.is_right = is_short & (__mmask16) ~(is_zero & is_long) &
                    _mm512_cmplt_epu32_mask(number.value, _mm512_set1_epi32(256));
  return number;
}

SEKISHO_INLINE AVX512 __mmask16 is_equal(__m512i words, int value) {
  return _mm512_cmpeq_epi32_mask(words, _mm512_set1_epi32(value));
}

SEKISHO_INLINE AVX512 __m512i bytes_of(__m512i bits) { return _mm512_srli_epi32(bits, 3); }

/// `sekisho_look_at_dot`, sixteen dots at a time; dots with odd neighbours are left to it.
SEKISHO_INLINE AVX512 void find_addresses(const uint8_t *bytes, size_t count,
                                          const sekisho_text_places *places,
                                          sekisho_text_shapes *shapes) {
  const __m512i one = _mm512_set1_epi32(1), zero = _mm512_setzero_si512();
  const __m512i byte = _mm512_set1_epi32(0xff);
  for (size_t i = 0; i < places->dot_count; i += 16) {
    const size_t left = places->dot_count - i;
    const __mmask16 lanes = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
    const __m512i dots = _mm512_maskz_loadu_epi32(lanes, places->dots + i);
    // Which dots are far enough from the text's ends for every load.
    __mmask16 inner = 0;
    if (count >= 32 && count <= INT32_MAX) {
      inner = _mm512_mask_cmple_epu32_mask(lanes, _mm512_sub_epi32(dots, _mm512_set1_epi32(8)),
                                           _mm512_set1_epi32((int)(uint32_t)(count - 32)));
    }
    const __m512i word_before = _mm512_mask_i32gather_epi32(
        zero, inner, _mm512_sub_epi32(dots, _mm512_set1_epi32(4)), bytes, 1);
    const __m512i after = _mm512_add_epi32(dots, one);
    const number_behind second =
        number_at(_mm512_mask_i32gather_epi32(zero, inner, after, bytes, 1));
    __mmask16 right = inner & second.is_right & is_equal(second.next, '.');
    const __m512i after_second =
        _mm512_add_epi32(_mm512_add_epi32(after, one), bytes_of(second.bits));
    const number_behind third =
        number_at(_mm512_mask_i32gather_epi32(zero, right, after_second, bytes, 1));
    right &= third.is_right & is_equal(third.next, '.');
    const __m512i after_third =
        _mm512_add_epi32(_mm512_add_epi32(after_second, one), bytes_of(third.bits));
    const number_behind fourth =
        number_at(_mm512_mask_i32gather_epi32(zero, right, after_third, bytes, 1));
    right &= fourth.is_right;
    // The number before the dot, from its last digit backwards.
    const __m512i others = no_digits(word_before);
    const __m512i bits = _mm512_lzcnt_epi32(others);
    const __m512i unused = _mm512_sub_epi32(_mm512_set1_epi32(32), bits);
    const __m512i digits = _mm512_sllv_epi32(_mm512_srlv_epi32(word_before, unused), unused);
    const __m512i first = numbers(digits);
    const __mmask16 is_long = _mm512_cmpgt_epu32_mask(bits, _mm512_set1_epi32(24));
    const __mmask16 is_needless =
        is_equal(_mm512_and_si512(_mm512_srlv_epi32(word_before, unused), byte), '0') &
        _mm512_cmpgt_epu32_mask(bits, _mm512_set1_epi32(8));
    const __m512i border = _mm512_and_si512(
        _mm512_srlv_epi32(word_before, _mm512_sub_epi32(unused, _mm512_set1_epi32(8))), byte);
    const __mmask16 is_odd =
        is_long | is_equal(border, '.') | is_equal(border, '%') | is_equal(border, 'u') |
        is_equal(border, 'x') | is_equal(fourth.next, '.') |
        _mm512_cmplt_epu32_mask(_mm512_sub_epi32(_mm512_or_si512(border, _mm512_set1_epi32(0x20)),
                                                 _mm512_set1_epi32('a')),
                                _mm512_set1_epi32(6));
    // The run goes on, so that it is a name; but a hyphen may join two addresses or be stripped.
    const __mmask16 goes_on =
        _mm512_cmplt_epu32_mask(
            _mm512_sub_epi32(_mm512_or_si512(fourth.next, _mm512_set1_epi32(0x20)),
                             _mm512_set1_epi32('a')),
            _mm512_set1_epi32(26)) |
        is_equal(fourth.next, '_');
    const __mmask16 is_plain = right & (__mmask16)~is_odd;
    const __mmask16 is_address = is_plain & (__mmask16) ~(is_needless | goes_on) &
                                 _mm512_cmplt_epu32_mask(first, _mm512_set1_epi32(256));
    const __m512i values = _mm512_or_si512(
        _mm512_or_si512(_mm512_slli_epi32(first, 24), _mm512_slli_epi32(second.value, 16)),
        _mm512_or_si512(_mm512_slli_epi32(third.value, 8), fourth.value));
    const size_t found = shapes->address_count;
    _mm512_storeu_si512(
        shapes->address_places + found,
        _mm512_maskz_compress_epi32(is_address, _mm512_sub_epi32(dots, bytes_of(bits))));
    _mm512_storeu_si512(shapes->addresses + found, _mm512_maskz_compress_epi32(is_address, values));
    shapes->address_count = found + (size_t)__builtin_popcount(is_address);
    const __mmask16 is_left = (lanes & (__mmask16)~inner) | (is_odd & inner);
    for (uint32_t other = is_left; other; other &= other - 1) {
      sekisho_look_at_dot(bytes, count, places->dots[i + (size_t)__builtin_ctz(other)], shapes);
    }
  }
}

AVX512 void sekisho_find_shapes_avx512(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                       sekisho_text_state *state, sekisho_text_shapes *shapes) {
  sekisho_text_classes classes;
  sekisho_text_places places;
  const sekisho_text_way way = {.classify = classify,
                                .classify_eight = classify_eight,
                                .add_starts = add_starts,
                                .filled = filled,
                                .append = append_places};
  sekisho_find_places(bytes, count, from, to, &way, state, &classes, &places, shapes);
  find_names(from, classes.name, &places, shapes);
  find_addresses(bytes, count, &places, shapes);
}

#endif
