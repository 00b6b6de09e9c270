#include "StepOverLines.h"

#include "FindShapes.h"
#include "Variants.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Whether the line from `start` to the line feed at `end` can be stepped over.
SEKISHO_INLINE int is_passed(const uint8_t *bytes, size_t count, size_t start, size_t end,
                             const uint8_t *meanings) {
  const uint8_t meaning = meanings[bytes[start]];
  if (__builtin_expect(!(meaning & (SEKISHO_LINE_STOPS | SEKISHO_LINE_IS_OBJECT)), 1)) return 1;
  if (meaning & SEKISHO_LINE_STOPS) return 0;
  size_t last = end - 1;
  if (bytes[last] == '\r' && last > start) last--;
  return bytes[last] == '}' && end + 1 < count &&
         !(meanings[bytes[end + 1]] & SEKISHO_LINE_GOES_ON);
}

static size_t step_over_portable(const uint8_t *bytes, size_t count, size_t from, size_t to,
                                 const uint8_t *meanings, int stop, uint64_t *lines) {
  while (from < to) {
    const uint8_t *found = memchr(bytes + from, '\n', to - from);
    if (!found) break;
    const size_t end = (size_t)(found - bytes);
    if (stop >= 0 && memchr(bytes + from, stop, end - from)) break;
    if (!is_passed(bytes, count, from, end, meanings)) break;
    from = end + 1;
    ++*lines;
  }
  return from;
}

#if defined(__x86_64__)

/// Steps over the lines that end in the 64 bytes at `base`; `ends` and `stops` are the masks of
/// their line feeds and of the bytes to stop at. Leaves `from` at the start of a line; returns
/// whether to go on.
SEKISHO_INLINE int step_over_block(const uint8_t *bytes, size_t count, size_t base, uint64_t ends,
                                   uint64_t stops, const uint8_t *meanings, size_t *from,
                                   uint64_t *lines) {
  // The line with the first byte to stop at, and those behind it, are not stepped over.
  if (stops) ends &= (stops & (0 - stops)) - 1;
  for (; ends; ends &= ends - 1) {
    const size_t end = base + (size_t)__builtin_ctzll(ends);
    if (!is_passed(bytes, count, *from, end, meanings)) return 0;
    *from = end + 1;
    ++*lines;
  }
  return !stops;
}

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2,lzcnt,popcnt"))) static size_t
step_over_avx512(const uint8_t *bytes, size_t count, size_t from, size_t to,
                 const uint8_t *meanings, int stop, uint64_t *lines) {
  const __m512i low = _mm512_loadu_si512(meanings), high = _mm512_loadu_si512(meanings + 64);
  const __m512i odd = _mm512_set1_epi8(SEKISHO_LINE_STOPS | SEKISHO_LINE_IS_OBJECT);
  // Whether a line starts with the block, and whether the line that goes on into it began with a
  // byte that means something.
  uint64_t is_start = 1;
  int is_odd = 0;
  for (size_t base = from; to - base >= 64; base += 64) {
    const __m512i block = _mm512_loadu_si512(bytes + base);
    const uint64_t ends = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n')),
                   stops =
                       stop < 0 ? 0 : _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8((char)stop));
    const uint64_t odd_bytes = _mm512_mask_test_epi8_mask(
        ~_mm512_movepi8_mask(block), _mm512_permutex2var_epi8(low, block, high), odd);
    const uint64_t odd_starts = odd_bytes & (ends << 1 | is_start);
    is_start = ends >> 63;
    if (__builtin_expect(!is_odd && !odd_starts && !stops, 1)) {
      // No branch on whether a line ends here, which is so as often as not.
      const size_t behind = base + 64 - (size_t)__builtin_ia32_lzcnt_u64(ends);
      from = ends ? behind : from;
      *lines += (uint64_t)__builtin_popcountll(ends);
      continue;
    }
    if ((ends | stops) &&
        !step_over_block(bytes, count, base, ends, stops, meanings, &from, lines)) {
      return from;
    }
    is_odd =
        from < base + 64 && meanings[bytes[from]] & (SEKISHO_LINE_STOPS | SEKISHO_LINE_IS_OBJECT);
  }
  return step_over_portable(bytes, count, from, to, meanings, stop, lines);
}

__attribute__((target("avx2,bmi,bmi2"))) static size_t step_over_avx2(const uint8_t *bytes,
                                                                      size_t count, size_t from,
                                                                      size_t to,
                                                                      const uint8_t *meanings,
                                                                      int stop, uint64_t *lines) {
  for (size_t base = from; to - base >= 64; base += 64) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)(bytes + base)),
                  high = _mm256_loadu_si256((const __m256i *)(bytes + base + 32));
#define EQUALS_IN(HALF, VALUE) \
  (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(HALF, _mm256_set1_epi8(VALUE)))
#define EQUALS(VALUE) (EQUALS_IN(low, VALUE) | (uint64_t)EQUALS_IN(high, VALUE) << 32)
    const uint64_t ends = EQUALS('\n'), stops = stop < 0 ? 0 : EQUALS((char)stop);
#undef EQUALS
#undef EQUALS_IN
    if ((ends | stops) &&
        !step_over_block(bytes, count, base, ends, stops, meanings, &from, lines)) {
      return from;
    }
  }
  return step_over_portable(bytes, count, from, to, meanings, stop, lines);
}

#endif

size_t sekisho_step_over_lines(const uint8_t *bytes, size_t count, size_t from, size_t to,
                               const uint8_t *meanings, int stop, uint64_t *lines, int way) {
#if defined(__x86_64__)
  if (way == sekisho_text_avx512)
    return step_over_avx512(bytes, count, from, to, meanings, stop, lines);
  if (way == sekisho_text_avx2)
    return step_over_avx2(bytes, count, from, to, meanings, stop, lines);
#endif
  (void)way;
  return step_over_portable(bytes, count, from, to, meanings, stop, lines);
}
