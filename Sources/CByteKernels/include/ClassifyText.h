/// Byte classes of text as bitmaps: where something may begin that is worth a closer look.
#ifndef SEKISHO_CLASSIFY_TEXT_H
#define SEKISHO_CLASSIFY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/// One block of 64 bytes; bit n of a mask stands for byte n.
typedef struct {
  /// A dot with one of `[A-Za-z0-9_-]` before it and an ASCII letter behind it.
  uint64_t dot_letter;
  /// A dot with one of `[A-Za-z0-9_-]` before it and a digit behind it.
  uint64_t dot_digit;
  /// The first byte of sixteen hexadecimal digits within the block.
  uint64_t hex_run;
  /// The second colon of two, and, where in this block and the one before it at least seven colons
  /// stand between hexadecimal digits, each of those.
  uint64_t colon;
  /// A byte above ASCII, ESC, a backslash before `u` or `x`, a percent sign before a hexadecimal
  /// digit.
  uint64_t special;
  /// `[A-Za-z0-9_-]`.
  uint64_t name;
} sekisho_text_block;

/// Ways to do it, all of the same result.
enum { sekisho_text_portable = 0, sekisho_text_avx2 = 1 };

/// The fastest way that this processor knows.
int sekisho_text_best(void);

/// Classifies `count` bytes into `(count + 63) / 64` blocks; what lies behind the last byte is nothing.
void sekisho_classify_text(
    const uint8_t *_Nonnull bytes, size_t count, sekisho_text_block *_Nonnull blocks, int way);

/// Four numbers with dots between them.
typedef struct {
  /// The first number in the highest eight bits.
  uint32_t address;
  /// Digits before the first dot; 8 for more than 7.
  uint32_t before;
  /// Bytes from the first dot to behind the last digit; 0 where it is no address.
  uint32_t length;
} sekisho_dotted_quad;

/// The number that up to three digits are, the last one in the third byte; bytes below are zero.
static inline __attribute__((always_inline)) uint32_t sekisho_three_digits(uint32_t digits) {
  return (digits & 15) * 100 + (digits >> 8 & 15) * 10 + (digits >> 16);
}

/// Reads the numbers around a dot, the first of three; the eight bytes before it and the sixteen behind
/// it must be readable.
static inline __attribute__((always_inline)) sekisho_dotted_quad sekisho_read_quad(
    const uint8_t *_Nonnull dot) {
  sekisho_dotted_quad quad = {0, 0, 0};
  uint64_t word;
  __builtin_memcpy(&word, dot - 8, 8);
  // The high bit of each byte that is no digit.
  uint64_t other = word ^ 0x3030303030303030u;
  other = (((other & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | other) & 0x8080808080808080u;
  quad.before = other ? (uint32_t)__builtin_clzll(other) / 8 : 8;
  if (quad.before - 1 > 2) return quad;
  uint64_t low, high;
  __builtin_memcpy(&low, dot + 1, 8);
  __builtin_memcpy(&high, dot + 9, 8);
  uint64_t first = low ^ 0x3030303030303030u;
  first = (((first & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | first) & 0x8080808080808080u;
  uint64_t second = high ^ 0x3030303030303030u;
  second = (((second & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | second) & 0x8080808080808080u;
  // One bit a byte: the multiplication gathers the eight high bits.
  uint32_t mask = (uint32_t)((first >> 7) * 0x0102040810204080u >> 56) |
                  (uint32_t)((second >> 7) * 0x0102040810204080u >> 56) << 8 | 1u << 16;
  const uint32_t a = (uint32_t)__builtin_ctz(mask);
  if (a - 1 > 2 || dot[1 + a] != '.') return quad;
  mask &= mask - 1;
  const uint32_t b = (uint32_t)__builtin_ctz(mask);
  if (b - a - 2 > 2 || dot[1 + b] != '.') return quad;
  mask &= mask - 1;
  const uint32_t c = (uint32_t)__builtin_ctz(mask | 1u << 16);
  if (c - b - 2 > 2) return quad;
  // Each number's last digit is the byte before `end`; three bytes of it are kept, or as many as it has.
#define SEKISHO_NUMBER(END, LENGTH, VALUE)                            \
  uint32_t VALUE##_digits;                                            \
  __builtin_memcpy(&VALUE##_digits, (END) - 4, 4);                    \
  VALUE##_digits = (VALUE##_digits >> 8 & 0x0f0f0f) >> 8 * (3 - (LENGTH)) << 8 * (3 - (LENGTH)); \
  const uint32_t VALUE = sekisho_three_digits(VALUE##_digits);        \
  const uint32_t VALUE##_bad =                                        \
      (VALUE > 255) | ((LENGTH) > 1 && (END)[-(int)(LENGTH)] == '0');
  SEKISHO_NUMBER(dot, quad.before, n1)
  SEKISHO_NUMBER(dot + 1 + a, a, n2)
  SEKISHO_NUMBER(dot + 1 + b, b - a - 1, n3)
  SEKISHO_NUMBER(dot + 1 + c, c - b - 1, n4)
#undef SEKISHO_NUMBER
  if (n1_bad | n2_bad | n3_bad | n4_bad) return quad;
  quad.address = n1 << 24 | n2 << 16 | n3 << 8 | n4;
  quad.length = 1 + c;
  return quad;
}

#endif
