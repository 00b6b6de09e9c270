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
} sekisho_text_block;

/// Ways to do it, all of the same result.
enum { sekisho_text_portable = 0, sekisho_text_avx2 = 1 };

/// The fastest way that this processor knows.
int sekisho_text_best(void);

/// Classifies `count` bytes into `(count + 63) / 64` blocks; what lies behind the last byte is nothing.
void sekisho_classify_text(
    const uint8_t *_Nonnull bytes, size_t count, sekisho_text_block *_Nonnull blocks, int way);

#endif
