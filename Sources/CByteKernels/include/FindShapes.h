/// Places in text where something may begin that is worth a closer look.
#ifndef SEKISHO_FIND_SHAPES_H
#define SEKISHO_FIND_SHAPES_H

#include <stddef.h>
#include <stdint.h>

/// Forms of the kernel; all give the same result, except for the order of some lists.
enum { sekisho_text_portable = 0, sekisho_text_avx2 = 1, sekisho_text_avx512 = 2 };

/// The fastest form that this processor can run.
int sekisho_text_best(void);

/// What a stretch of text hands on to the next; zero before the first.
typedef struct {
  /// Whether, at the end of the stretch, a label that begins with a letter (`label`), or the digits
  /// that one begins with (`number`), go on behind it; and whether they begin right behind it
  /// (`label_before`, `number_before`).
  uint64_t label, number, label_before, number_before;
  /// How many colons between hexadecimal digits the last block of 64 bytes has.
  uint64_t hex_colon_count;
} sekisho_text_state;

/// Where the shapes of a stretch of text go; each list has room for as many as
/// `SEKISHO_SHAPES_WINDOW` bytes of text can hold.
typedef struct {
  /// Names: two runs of `[A-Za-z0-9_-]` with a dot between them, the second of which begins with a
  /// letter and is not joined to a further run by a dot. The lists hold the first byte of the first
  /// run, the dot, and the place behind the last byte of the second run.
  uint32_t *_Nonnull name_starts;
  uint32_t *_Nonnull name_dots;
  uint32_t *_Nonnull name_ends;
  size_t name_count;
  /// Ends of runs that may be names and need a closer look, since a run is long or dots and hyphens
  /// follow.
  uint32_t *_Nonnull ends;
  size_t end_count;
  /// Addresses, four decimal numbers up to 255 with dots between them, and where they begin.
  uint32_t *_Nonnull addresses;
  uint32_t *_Nonnull address_places;
  size_t address_count;
  /// First dots of what may be an address and needs a closer look, since it is near an end of the
  /// text or has more than three digits before the dot.
  uint32_t *_Nonnull dots;
  size_t dot_count;
  /// Where digits begin that follow an escape or a percent sign.
  uint32_t *_Nonnull escaped;
  size_t escaped_count;
  /// Where a label goes on behind the digits that it begins with.
  uint32_t *_Nonnull labels;
  size_t label_count;
  /// The first of sixteen hexadecimal digits in a block of 64 bytes that, with the digits beside
  /// them, may be thirty-two.
  uint32_t *_Nonnull digests;
  size_t digest_count;
  /// The second of two neighbouring colons; and, where a block and the one before it have at least
  /// six colons between hexadecimal digits, each of those in the block.
  uint32_t *_Nonnull colons;
  size_t colon_count;
  /// A byte above ASCII, ESC, a backslash before `u` or `x`, a percent sign before a hexadecimal
  /// digit.
  uint32_t *_Nonnull specials;
  size_t special_count;
} sekisho_text_shapes;

enum {
  /// The most bytes of a stretch.
  SEKISHO_SHAPES_WINDOW = 16384,
  /// Room that each list has behind what the stretch can hold, since more is written than counts. A
  /// stretch holds at most an end of a name for each three bytes, an address for each eight, a dot,
  /// escaped digits or a label for each two, a digest for each sixteen, a colon or a special for
  /// each.
  SEKISHO_SHAPES_SLACK = 64,
};

/// Finds the shapes of a stretch of text and appends them to the lists.
///
/// The stretch begins at a multiple of 64, where the one before ended, and ends at a multiple of 64
/// or with the text.
void sekisho_find_shapes(const uint8_t *_Nonnull bytes, size_t count, size_t from, size_t to,
                         sekisho_text_state *_Nonnull state, sekisho_text_shapes *_Nonnull shapes,
                         int way);

#endif
