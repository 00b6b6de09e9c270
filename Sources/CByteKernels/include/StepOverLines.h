/// Lines that can be stepped over by their first and last bytes.
#ifndef SEKISHO_STEP_OVER_LINES_H
#define SEKISHO_STEP_OVER_LINES_H

#include <stddef.h>
#include <stdint.h>

/// What a byte means at the start of a line: the bits of an entry of `meanings`.
enum {
  /// The line is to be looked at.
  SEKISHO_LINE_STOPS = 1,
  /// The line is stepped over only if it ends with `}` and the next line cannot continue it.
  SEKISHO_LINE_IS_OBJECT = 2,
  /// The line may continue an object of the line before.
  SEKISHO_LINE_GOES_ON = 4,
};

/// Steps over whole lines that end before `to`, from the line at `from` on; returns the start of
/// the first line that is to be looked at, that does not end before `to`, or that only a closer
/// look can judge.
///
/// `meanings` has an entry for each value of a byte; those above ASCII mean nothing. A line that
/// holds the byte `stop` is to be looked at; -1 means that there is no such byte. The number of
/// lines stepped over is added to `lines`. `way` is one of those of `sekisho_text_best`.
size_t sekisho_step_over_lines(const uint8_t *_Nonnull bytes, size_t count, size_t from, size_t to,
                               const uint8_t *_Nonnull meanings, int stop, uint64_t *_Nonnull lines,
                               int way);

#endif
