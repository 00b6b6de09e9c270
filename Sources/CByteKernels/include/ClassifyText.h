/// Byte classes of text as bitmaps: where something may begin that is worth a closer look.
#ifndef SEKISHO_CLASSIFY_TEXT_H
#define SEKISHO_CLASSIFY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/// One block of 64 bytes; bit n of a mask stands for byte n.
typedef struct {
  /// A dot with one of `[A-Za-z0-9_-]` before it and an ASCII letter behind it.
  uint64_t dot_letter;
  /// A dot with one of `[A-Za-z0-9_-]` before it and digits behind it that go on to the block's end or end
  /// before one of `[A-Za-z_-]`.
  uint64_t dot_digit;
  /// The first byte of sixteen hexadecimal digits within the block.
  uint64_t hex_run;
  /// The second colon of two, and, where in this block and the one before it at least seven colons
  /// stand between hexadecimal digits, each of those.
  uint64_t colon;
  /// A byte above ASCII, ESC, a backslash before `u` or `x`, a percent sign before a hexadecimal
  /// digit.
  uint64_t special;
  /// A dot between digits with another dot two to four bytes behind it.
  uint64_t quad;
  /// `[A-Za-z0-9_-]`.
  uint64_t name;
} sekisho_text_block;

/// Ways to do it, all of the same result.
enum { sekisho_text_portable = 0, sekisho_text_avx2 = 1, sekisho_text_avx512 = 2 };

/// The fastest way that this processor knows.
int sekisho_text_best(void);

/// Classifies `count` bytes into `(count + 63) / 64` blocks; what lies behind the last byte is nothing.
void sekisho_classify_text(
    const uint8_t *_Nonnull bytes, size_t count, sekisho_text_block *_Nonnull blocks, int way);

/// The end of a name: two runs of `[A-Za-z0-9_-]` with a dot between them, and no further one that a dot
/// joins to them.
typedef struct {
  /// First byte of the run before the dot.
  uint32_t start;
  uint32_t dot;
  /// Behind the last byte of the run behind the dot; 0 where only a closer look tells, since a run is
  /// long or dots and hyphens follow it.
  uint32_t end;
} sekisho_text_name;

/// Where the shapes of a stretch of text go; each list has room for as many as `count_…` bytes of
/// text can hold (`SEKISHO_SHAPES_WINDOW`).
typedef struct {
  sekisho_text_name *_Nonnull names;
  size_t name_count;
  /// Four decimal numbers up to 255 with dots between them, and where they begin.
  uint32_t *_Nonnull addresses;
  uint32_t *_Nonnull address_places;
  size_t address_count;
  /// Dots of what may be such numbers and needs a closer look: near an end of the text, or with more than
  /// three digits before it.
  uint32_t *_Nonnull dots;
  size_t dot_count;
  /// Where digits begin before which an escape or a percent sign stands.
  uint32_t *_Nonnull escaped;
  size_t escaped_count;
  /// The first of each row of bits of `hex_run`.
  uint32_t *_Nonnull digests;
  size_t digest_count;
  uint32_t *_Nonnull colons;
  size_t colon_count;
  uint32_t *_Nonnull specials;
  size_t special_count;
  /// Behind the last number that was read: dots before it are looked at no more.
  size_t addresses_done;
} sekisho_text_shapes;

/// The most bytes of a stretch.
///
/// Names and dots: one for two bytes; addresses and what is escaped: one for four; digests: one for
/// sixteen; colons and specials: one for each.
enum { SEKISHO_SHAPES_WINDOW = 16384 };

/// Finds the shapes whose anchors lie in a stretch of text that begins at a block.
///
/// `blocks` are those of the stretch and the one behind it, if the text goes on there; if it began
/// before, so does the array. Lists are appended to.
void sekisho_find_shapes(
    const uint8_t *_Nonnull bytes, size_t count, size_t from, size_t to,
    const sekisho_text_block *_Nonnull blocks, sekisho_text_shapes *_Nonnull shapes, int way);

#endif
