// Holds each variant of the kernels that this processor can run against the portable one, on random
// bytes that end at the end of a page. Built and run by check_kernels.sh, on its own and under a
// sanitizer, so that neither needs the rest of the package.
#include "CByteKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static uint64_t state = 42;

uint64_t check_next(void);
int check_keys(long number, const uint8_t *bytes, size_t count, uint8_t *end32, uint8_t *end64);
int check_addresses(long number);
int check_intervals(long number);

static uint64_t next(void) {
  uint64_t word = state += 0x9E3779B97F4A7C15u;
  word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9u;
  word = (word ^ word >> 27) * 0x94D049BB133111EBu;
  return word ^ word >> 31;
}

uint64_t check_next(void) { return next(); }

enum { PAGE = 65536, ROOM = 2 * PAGE, CAPACITY = 4096 };

int main(int argc, char **argv) {
  long cases = argc > 1 ? atol(argv[1]) : 20000;
  uint8_t *map = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED || mprotect(map + ROOM, PAGE, PROT_NONE)) return 2;
  uint8_t *out = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (out == MAP_FAILED || mprotect(out + PAGE, PAGE, PROT_NONE) || mprotect(out + 3 * PAGE, PAGE, PROT_NONE))
    return 2;
  static uint32_t expected[CAPACITY], positions[CAPACITY];
  static uint8_t filter[8 * 64 + 1], exact[8192 + 1];
  int variants = 0;
  for (int32_t variant = 1; variant <= 4; variant++) variants += sekisho_has_variant(variant) != 0;
  for (long number = 0; number < cases; number++) {
    size_t count = next() % (number % 16 ? 300 : 9000);
    uint8_t *bytes = map + ROOM - count;
    int small = next() % 2;
    for (size_t i = 0; i < count; i++) bytes[i] = small ? "ab.\xFF"[next() % 4] : (uint8_t)next();
    uint8_t tables[SEKISHO_PAIR_TABLE_BYTES];
    for (size_t i = 0; i < sizeof tables; i++) tables[i] = (uint8_t)(next() & next());
    size_t from = count ? next() % (count + 1) : 0;
    size_t limit = from + next() % (count - from + 1);
    size_t capacity = SEKISHO_PAIR_SLACK + next() % (CAPACITY - SEKISHO_PAIR_SLACK);
    size_t found = 0;
    uint8_t further[SEKISHO_PAIR_TABLE_BYTES];
    for (size_t i = 0; i < sizeof further; i++) further[i] = (uint8_t)(next() & next());
    const uint8_t *more = next() % 2 ? further : NULL;
    if (next() % 2) {
      // No byte above ASCII is in any group.
      memset(tables + 24, 0, 8), memset(tables + 56, 0, 8);
      memset(further + 24, 0, 8), memset(further + 56, 0, 8);
    }
    size_t end = sekisho_find_pairs(SEKISHO_PORTABLE, bytes, count, from, limit, tables, more, expected,
                                    CAPACITY, &found);
    // Against the plain reading of the description.
    for (size_t at = from, seen = 0; at < end; at++) {
      int is_wanted = 0;
      for (int half = 0; half < (more ? 2 : 1); half++) {
        const uint8_t *t = half ? more : tables;
        uint8_t groups = t[bytes[at] & 15] & t[16 + (bytes[at] >> 4)];
        if (at + 1 < count) groups &= t[32 + (bytes[at + 1] & 15)] & t[48 + (bytes[at + 1] >> 4)];
        is_wanted |= groups != 0;
      }
      const int is_found = seen < found && expected[seen] == at;
      if (is_found != is_wanted) { printf("case %ld: position %zu is wrong\n", number, at); return 1; }
      seen += (size_t)is_found;
    }
    for (int32_t variant = 0; variant <= 4; variant++) {
      if (!sekisho_has_variant(variant)) continue;
      // Goes on where the room ended, until all positions were looked at.
      size_t at = from, seen = 0;
      while (at < end) {
        size_t some = 0;
        size_t stop = sekisho_find_pairs(variant, bytes, count, at, end, tables, more, positions,
                                         capacity, &some);
        if (stop == at || seen + some > found ||
            memcmp(expected + seen, positions, some * sizeof *positions)) {
          printf("case %ld: variant %d differs\n", number, (int)variant);
          return 1;
        }
        seen += some;
        at = stop;
      }
      if (seen != found) {
        printf("case %ld: variant %d finds %zu of %zu\n", number, (int)variant, seen, found);
        return 1;
      }
    }
    // The filters, against the plain reading of their description; tables of odd alignment.
    for (size_t i = 0; i < sizeof filter; i++) filter[i] = (uint8_t)next();
    for (size_t i = 0; i < sizeof exact; i++) exact[i] = (uint8_t)next();
    uint32_t width = 1 + (uint32_t)(next() % 8);
    sekisho_window window = {(uint32_t)(next() % width), width, next(), filter + 1, 6};
    size_t kept, right;
    for (int32_t variant = 0; variant <= 4; variant++) {
      if (!sekisho_has_variant(variant)) continue;
      // As many places as positions and no more, at the end of a page.
      uint32_t *passed = (uint32_t *)(out + PAGE) - found;
      uint64_t *hashes = (uint64_t *)(out + 3 * PAGE) - found;
      kept = sekisho_filter_windows(variant, bytes, count, 0, expected, found, &window, passed, hashes);
      right = 0;
      for (size_t i = 0; i < found; i++) {
        if (expected[i] < window.before || expected[i] - window.before + width > count) continue;
        uint64_t word = 0;
        memcpy(&word, bytes + expected[i] - window.before, width);
        uint64_t hash = sekisho_window_hash(word, width, window.seed), bits;
        memcpy(&bits, filter + 1 + 8 * sekisho_window_word(hash, 6), 8);
        if ((bits & sekisho_window_mask(hash)) != sekisho_window_mask(hash)) continue;
        if (right >= kept || passed[right] != expected[i] || hashes[right] != hash) {
          printf("case %ld: the window of %u is wrong\n", number, expected[i]);
          return 1;
        }
        right++;
      }
      if (right != kept) { printf("case %ld: %zu windows too many\n", number, kept - right); return 1; }
    }
    memcpy(positions, expected, found * sizeof *positions);
    kept = sekisho_keep_pairs(bytes, count, 0, positions, found, exact + 1);
    right = 0;
    for (size_t i = 0; i < found; i++) {
      size_t at = expected[i];
      unsigned pair = at + 1 < count ? bytes[at] * 256u + bytes[at + 1] : 0;
      if (at + 1 < count && !(exact[1 + pair / 8] >> pair % 8 & 1)) continue;
      if (right >= kept || positions[right++] != at) {
        printf("case %ld: the pair at %zu is wrong\n", number, at);
        return 1;
      }
    }
    if (right != kept) { printf("case %ld: pairs too many\n", number); return 1; }
    sekisho_grams grams = {1 + (uint32_t)(next() % 15), 5 + (uint32_t)(next() % 12), exact + 1};
    for (int32_t variant = 0; variant <= 4; variant++) {
      if (!sekisho_has_variant(variant)) continue;
      // No more places than positions, at the end of a page.
      uint32_t *passed = (uint32_t *)(out + PAGE) - found;
      if (found) memcpy(passed, expected, found * sizeof *passed);
      kept = sekisho_keep_grams(variant, bytes, count, 0, passed, found, &grams);
      right = 0;
      for (size_t i = 0; i < found; i++) {
        size_t at = expected[i];
        int wanted = at < 2 || count - at < 4;
        for (uint32_t kind = 0; kind < SEKISHO_GRAM_KINDS && !wanted; kind++) {
          if (!(grams.kinds >> kind & 1)) continue;
          uint32_t gram = 0;
          if (kind == SEKISHO_GRAM_PAIR) memcpy(&gram, bytes + at, 2);
          else memcpy(&gram, bytes + at - kind, 4);
          uint32_t bit = sekisho_gram_bit(gram, kind, grams.bits);
          wanted = exact[1 + bit / 8] >> bit % 8 & 1;
        }
        if (!wanted) continue;
        if (right >= kept || passed[right++] != at) {
          printf("case %ld: variant %d, the grams at %zu are wrong\n", number, (int)variant, at);
          return 1;
        }
      }
      if (right != kept) { printf("case %ld: grams too many\n", number); return 1; }
    }
    if (check_keys(number, bytes, count, out + PAGE, out + 3 * PAGE)) return 1;
    if (number % 8 == 0 && check_addresses(number)) return 1;
    if (number % 8 == 1 && check_intervals(number)) return 1;
  }
  printf("%ld cases, %d variants beside the portable one: all equal\n", cases, variants);
}
