// The part of check_kernels.c that is for keys and addresses: each variant against the plain reading of
// the kernel's description, or against the portable form.
#include "CByteKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t check_next(void);
int check_keys(long number, const uint8_t *bytes, size_t count, uint8_t *end32, uint8_t *end64);
int check_addresses(long number);
int check_intervals(long number);

static uint32_t below(uint32_t bound) { return (uint32_t)(check_next() % bound); }

/// Keys in bytes that end where nothing more can be read; two ends of room that has nothing behind it.
int check_keys(long number, const uint8_t *bytes, size_t count, uint8_t *end32, uint8_t *end64) {
  enum { WORDS = 64 };
  static uint8_t filter[8 * WORDS + 1];
  for (size_t i = 0; i < sizeof filter; i++) filter[i] = (uint8_t)(check_next() | check_next());
  sekisho_key_filter table = {.words = filter + 1, .word_count = 1 + below(WORDS), .folds = (int32_t)below(2)};
  for (int i = 0; i < 10; i++) table.secrets.words[i] = check_next();
  const uint32_t widths[] = {16, 20, 32, 5};
  table.shortest = below(2) ? widths[below(4)] : 0;
  table.longest = table.shortest && below(2) ? table.shortest : 65535;
  if (table.shortest == 5 && table.longest == 65535) table.longest = 60;
  sekisho_key_place keys[SEKISHO_KEY_GROUP];
  size_t asked = below(SEKISHO_KEY_GROUP + 1);
  for (size_t i = 0; i < asked; i++) {
    uint32_t offset = count ? below((uint32_t)count + 1) : 0, left = (uint32_t)count - offset;
    uint32_t length = below(3) ? below(left + 1 < 80 ? left + 1 : 80) : left;
    if (below(2) && table.shortest <= left) length = table.shortest;
    if (below(64) == 0) length += 1 + below(UINT32_MAX / 2);
    keys[i] = (sekisho_key_place){offset, length};
  }
  for (int32_t variant = 0; variant <= 4; variant++) {
    if (!sekisho_has_variant(variant)) continue;
    uint32_t *members = (uint32_t *)end32 - asked;
    uint64_t *hashes = (uint64_t *)end64 - asked;
    size_t kept = sekisho_filter_keys(variant, &table, bytes, count, keys, asked, members, hashes);
    size_t right = 0;
    for (size_t i = 0; i < asked; i++) {
      size_t offset = keys[i].offset, length = keys[i].length;
      if (length < table.shortest || length > table.longest || offset + length > count) continue;
      uint64_t hash = sekisho_key_hash(&table.secrets, bytes + offset, count - offset, length, table.folds);
      uint64_t word;
      memcpy(&word, filter + 1 + 8 * sekisho_scaled(hash, table.word_count), 8);
      if ((word & sekisho_filter_mask(hash)) != sekisho_filter_mask(hash)) continue;
      if (right >= kept || members[right] != i || hashes[right] != hash) {
        printf("case %ld: variant %d does not keep key %zu\n", number, (int)variant, i);
        return 1;
      }
      right++;
    }
    if (right != kept) {
      printf("case %ld: variant %d keeps %zu keys too many\n", number, (int)variant, kept - right);
      return 1;
    }
  }
  return 0;
}

/// Memory of its own, so that a sanitizer sees where it ends.
static uint8_t *room(size_t size) {
  uint8_t *memory = malloc(size ? size : 1);
  if (!memory) exit(2);
  return memory;
}

static void store32(uint8_t *base, size_t index, uint32_t value) { memcpy(base + 4 * index, &value, 4); }

static int compare_bytes(const void *a, const void *b) { return *(const uint8_t *)a - *(const uint8_t *)b; }

/// Tables of blocks of 256 addresses whose records fit one another, and after that the same with
/// damage: then nothing is compared.
int check_addresses(long number) {
  static uint8_t *regions;
  enum { MOST = 4 * 64 * 12 };
  uint32_t lines = 1 + below(3), words = 4 * lines, entries = 0, blocks = 0, cuts = 0, pieces = 0;
  if (!regions) regions = room(4 << 16);
  for (uint32_t i = 0; i < 64; i++) store32(regions, i, below(lines) << 16 | (uint32_t)(check_next() & 0xFFFF));
  uint8_t *present = room(8 * words), *ranks = room(4 * words);
  uint8_t *firsts = room(4 * (MOST + 1)), *others = room(4 * MOST), *cut_firsts = room(4 * (MOST + 1));
  static uint8_t lows[MOST * 512], piece_lows[MOST * 8];
  static uint32_t piece_numbers[MOST * 8];
  for (uint32_t word = 0; word < words; word++) {
    uint64_t bits = check_next() & check_next() & (below(2) ? check_next() : ~(uint64_t)0);
    if (word == 0) bits |= 1;
    memcpy(present + 8 * word, &bits, 8);
    store32(ranks, word, blocks);
    for (; bits; bits &= bits - 1) {
      uint32_t first = entries, some = below(3) ? below(3) : below(8) ? below(20) : below(300);
      for (uint32_t i = 0; i < some; i++) lows[entries++] = (uint8_t)check_next();
      qsort(lows + first, some, 1, compare_bytes);
      uint32_t kind = below(4);
      store32(firsts, blocks, first | (kind < 2 ? 0 : 0x80000000u));
      store32(others, blocks, kind < 2 ? SEKISHO_NO_NUMBER : kind == 2 ? below(1000) : 0x80000000u | cuts);
      if (kind == 3) {
        store32(cut_firsts, cuts++, pieces);
        uint32_t from = pieces, parts = 1 + below(7);
        for (uint32_t i = 0; i < parts; i++) {
          piece_lows[pieces] = (uint8_t)(i ? check_next() : 0);
          piece_numbers[pieces++] = below(4) ? below(1000) : SEKISHO_NO_NUMBER;
        }
        qsort(piece_lows + from, parts, 1, compare_bytes);
      }
      blocks++;
    }
  }
  store32(firsts, blocks, entries);
  store32(cut_firsts, cuts, pieces);
  uint8_t *own_lows = room(entries + SEKISHO_LOWS_SLACK), *own_firsts = room(4 * (blocks + 1));
  uint8_t *own_others = room(4 * blocks), *own_cuts = room(4 * (cuts + 1));
  uint8_t *own_piece_lows = room(pieces + 1 + SEKISHO_LOWS_SLACK), *own_numbers = room(4 * (pieces + 1));
  memset(own_lows, 0, entries + SEKISHO_LOWS_SLACK);
  memcpy(own_lows, lows, entries);
  memcpy(own_firsts, firsts, 4 * (blocks + 1));
  memcpy(own_others, others, 4 * blocks);
  memcpy(own_cuts, cut_firsts, 4 * (cuts + 1));
  memset(own_piece_lows, 0, pieces + 1 + SEKISHO_LOWS_SLACK);
  memcpy(own_piece_lows, piece_lows, pieces);
  memcpy(own_numbers, piece_numbers, 4 * pieces);
  store32(own_numbers, pieces, SEKISHO_NO_NUMBER);
  sekisho_address_table table = {
      .regions = regions, .present = present, .ranks = ranks, .firsts = own_firsts, .others = own_others,
      .lows = own_lows, .cuts = own_cuts, .piece_lows = own_piece_lows, .piece_numbers = own_numbers,
      .word_count = words, .block_count = blocks, .entry_count = entries, .cut_count = cuts,
      .piece_count = pieces};
  int result = 0;
  size_t asked = below(400);
  uint32_t *addresses = (uint32_t *)(void *)room(4 * asked), *expected = (uint32_t *)(void *)room(4 * asked);
  uint32_t *answers = (uint32_t *)(void *)room(4 * asked);
  for (int damage = 0; damage < 2; damage++) {
    for (size_t i = 0; i < asked; i++) addresses[i] = (uint32_t)check_next() & 0x3FFFFF;
    sekisho_lookup_addresses(SEKISHO_PORTABLE, &table, addresses, asked, expected);
    for (int32_t variant = 1; variant <= 4; variant++) {
      if (!sekisho_has_variant(variant)) continue;
      sekisho_lookup_addresses(variant, &table, addresses, asked, answers);
      for (size_t i = 0; i < asked && !damage && !result; i++) {
        if (answers[i] == expected[i]) continue;
        printf("case %ld: variant %d finds %u for %x, not %u\n", number, (int)variant, answers[i],
               addresses[i], expected[i]);
        result = 1;
      }
    }
    // What is there may be anything.
    for (int i = 0; i < 20; i++) {
      store32(own_firsts, below(blocks + 1), (uint32_t)check_next());
      store32(own_others, below(blocks), (uint32_t)check_next());
      store32(own_cuts, below(cuts + 1), (uint32_t)check_next());
      store32(ranks, below(words), (uint32_t)check_next());
      store32(regions, below(64), (uint32_t)check_next());
      if (entries) own_lows[below(entries)] = (uint8_t)check_next();
    }
  }
  uint8_t *all[] = {present, ranks, firsts, others, cut_firsts, own_lows, own_firsts, own_others, own_cuts,
                    own_piece_lows, own_numbers, (uint8_t *)addresses, (uint8_t *)expected,
                    (uint8_t *)answers};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  return result;
}

/// Levels over numbers as `FindIntervals.h` describes them; their count, and where each begins.
static uint32_t make_levels(const uint64_t *starts, uint32_t count, uint64_t *levels, uint32_t *firsts) {
  uint32_t sizes[12], depth = 0;
  for (uint32_t size = count; size > 8; depth++) sizes[depth] = size = (size + 7) / 8;
  firsts[0] = 0;
  for (uint32_t level = 0; level < depth; level++) {
    uint32_t size = sizes[depth - 1 - level], end = firsts[level] + (size + 7) / 8 * 8;
    for (uint32_t i = firsts[level]; i < end; i++) levels[i] = UINT64_MAX;
    uint64_t step = 1;
    for (uint32_t i = level; i < depth; i++) step *= 8;
    for (uint32_t i = 0; i < size; i++) levels[firsts[level] + i] = starts[i * step];
    firsts[level + 1] = end;
  }
  return depth;
}

static int compare_words(const void *a, const void *b) {
  uint64_t left, right;
  memcpy(&left, a, 8);
  memcpy(&right, b, 8);
  return (left > right) - (left < right);
}

/// Numbers among rising ones, each variant against going through them one by one.
int check_intervals(long number) {
  uint32_t count = 1 + below(below(8) ? 100 : 5000), firsts[12];
  // Both end where nothing more can be read.
  uint64_t *starts = malloc(8 * (size_t)count), *levels = malloc(8 * (size_t)count + 1024);
  for (uint32_t i = 1; i < count; i++) starts[i] = check_next() >> below(64);
  starts[0] = 0;
  qsort(starts, count, 8, compare_words);
  uint32_t depth = make_levels(starts, count, levels, firsts);
  uint64_t *own_levels = malloc(8 * (size_t)firsts[depth] + !firsts[depth]);
  memcpy(own_levels, levels, 8 * (size_t)firsts[depth]);
  sekisho_interval_table table = {
      .starts = starts, .levels = own_levels, .count = count, .level_count = depth, .level_firsts = firsts};
  size_t asked = below(200);
  uint64_t *wanted = malloc(8 * asked + !asked);
  uint32_t *found = malloc(4 * asked + !asked);
  int result = 0;
  for (int damage = 0; damage < 2; damage++) {
    for (size_t i = 0; i < asked; i++) {
      wanted[i] = below(2) ? starts[below(count)] - below(2) : check_next() >> below(64);
      if (below(50) == 0) wanted[i] = UINT64_MAX;
    }
    for (int32_t variant = 0; variant <= 4; variant++) {
      if (!sekisho_has_variant(variant)) continue;
      sekisho_find_intervals(variant, &table, wanted, asked, found);
      for (size_t i = 0; i < asked && !result; i++) {
        uint32_t right = 0;
        while (!damage && right + 1 < count && starts[right + 1] <= wanted[i]) right++;
        if (damage ? found[i] < count : found[i] == right) continue;
        printf("case %ld: variant %d finds interval %u of %u, not %u\n", number, (int)variant, found[i],
               count, right);
        result = 1;
      }
    }
    // What is there may be anything.
    for (int i = 0; i < 20; i++) {
      starts[below(count)] = check_next();
      if (firsts[depth]) own_levels[below(firsts[depth])] = check_next();
    }
  }
  free(starts);
  free(levels);
  free(own_levels);
  free(wanted);
  free(found);
  return result;
}
