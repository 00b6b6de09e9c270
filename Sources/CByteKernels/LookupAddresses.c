#include "CByteKernels.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

/// Addresses that go through the stages together; a multiple of what the caches' fill buffers hold.
enum { GROUP = 128 };

/// The parts of a block's record.
#define FIRST_MASK 0x7FFFFFFFu
#define CUT_BIT 0x80000000u

INLINE uint64_t load64(const void *base, size_t index) {
  uint64_t word;
  memcpy(&word, (const uint8_t *)base + 8 * index, 8);
  return word;
}

INLINE uint32_t load32(const void *base, size_t index) {
  uint32_t word;
  memcpy(&word, (const uint8_t *)base + 4 * index, 4);
  return word;
}

INLINE uint32_t load16(const void *base, size_t index) {
  uint16_t word;
  memcpy(&word, (const uint8_t *)base + 2 * index, 2);
  return word;
}

INLINE uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/// How many of the first `count` of eight bytes are at most `low`; 0 < count <= 8.
INLINE uint32_t at_most8(const uint8_t *bytes, uint32_t count, uint32_t low) {
  const uint64_t ones = 0x0101010101010101u, highs = ones * 0x80;
  uint64_t word = load64(bytes, 0);
  uint64_t wanted = ones * low;
  // A byte of `wanted` minus one of `word` without its top bit never borrows; the top bits decide first.
  uint64_t below = (wanted | highs) - (word & ~highs);
  uint64_t fits = ((below & ~(word ^ wanted)) | (wanted & ~word)) & highs;
  fits &= ~(uint64_t)0 >> (64 - 8 * count);
  return (uint32_t)__builtin_popcountll(fits);
}

/// The same of `count` bytes, which rise.
INLINE uint32_t at_most_portable(const uint8_t *bytes, uint32_t count, uint32_t low) {
  uint32_t sum = 0;
  while (count > 8) {
    uint32_t some = at_most8(bytes, 8, low);
    sum += some;
    if (some < 8) return sum;
    bytes += 8;
    count -= 8;
  }
  return count ? sum + at_most8(bytes, count, low) : sum;
}

/// The same of `count` 16-bit numbers, which rise.
INLINE uint32_t at_most16(const uint8_t *bytes, uint32_t count, uint32_t low) {
  uint32_t base = 0;
  while (count > 0) {
    uint32_t half = (count + 1) / 2;
    uint32_t fits = load16(bytes, base + half - 1) <= low;
    base += fits ? half : 0;
    count = fits ? count - half : half - 1;
  }
  return base;
}

/// The place among `count` rising low parts of the last that is at most `low`, plus one.
INLINE uint32_t place_of(const uint8_t *lows, uint32_t count, uint32_t low, int is_wide) {
  return is_wide ? at_most16(lows, count, low) : at_most_portable(lows, count, low);
}

/// What stands for an address in a block with a record: one way for all blocks.
///
/// Every index that comes out of the tables is bounded here, since they may hold anything.
INLINE uint32_t entry_of(const sekisho_address_table *table, uint64_t block, uint32_t next,
                         uint32_t address, int is_wide) {
  uint32_t first = least((uint32_t)block & FIRST_MASK, table->entry_count);
  uint32_t end = least(next & FIRST_MASK, table->entry_count);
  uint32_t low = address & (is_wide ? 0xFFFF : 0xFF);
  uint32_t count = least(end > first ? end - first : 0, is_wide ? 65536 : 256);
  uint32_t place = place_of(table->lows + (is_wide ? 2 * (size_t)first : first), count, low, is_wide);
  // Without any at or below it the first stands in, and is ignored.
  uint32_t at = first + (place ? place - 1 : 0);
  uint32_t found = is_wide ? load16(table->lows, at) : table->lows[at];
  uint32_t is_hit = (place != 0) & (((uint32_t)block & CUT_BIT) != 0 || found == low);
  return is_hit ? load32(table->numbers, at) : (uint32_t)(block >> 32);
}

#if defined(__x86_64__)
/// The same out of line, for blocks that the short way does not serve.
static __attribute__((noinline)) uint32_t entry_of_odd(const sekisho_address_table *table,
                                                       uint64_t block, uint32_t next,
                                                       uint32_t address) {
  return entry_of(table, block, next, address, 0);
}
#endif

/// The same for blocks of 256 addresses, most of which hold up to sixteen single addresses; `has` is 1
/// if the record is the block's own, else 0.
INLINE uint32_t entry_of_small(const sekisho_address_table *table, uint64_t block, uint32_t next,
                               uint32_t address, uint32_t has, int use_vectors) {
#if defined(__x86_64__)
  if (use_vectors) {
    uint32_t first = least((uint32_t)block & FIRST_MASK, table->entry_count);
    uint32_t count = ((next & FIRST_MASK) - first) & (0 - has);
    if (__builtin_expect((count > 16) | ((uint32_t)block >> 31 & has), 0)) {
      return entry_of_odd(table, block, next, address);
    }
    // There are sixteen bytes behind the last entry, and sixteen numbers.
    __m128i lows = _mm_loadu_si128((const __m128i *)(table->lows + first));
    uint32_t equal = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lows, _mm_set1_epi8((char)address)));
    equal &= ((uint32_t)1 << count) - 1;
    uint32_t number = load32(table->numbers, first + (uint32_t)__builtin_ctz(equal | 0x10000));
    // Without a branch, which would be guessed wrong for every other address of a busy block: the
    // compiler may not move the load of the number behind one.
    __asm__("" : "+r"(number));
    return equal ? number : (uint32_t)(block >> 32);
  }
#endif
  (void)use_vectors;
  return has ? entry_of(table, block, next, address, 0) : (uint32_t)(block >> 32);
}

INLINE void lookup(const sekisho_address_table *given, const uint32_t *addresses, size_t count,
                   uint32_t *numbers, int is_wide, int use_vectors) {
  // A copy: writing an answer cannot change what is in registers.
  const sekisho_address_table table = *given;
  const uint32_t low_bits = is_wide ? 16 : 8;
  const uint32_t near_bits = is_wide ? SEKISHO_NEAR_BITS_WIDE : SEKISHO_NEAR_BITS;
  const uint32_t last_block = table.block_count - 1;
  uint32_t members[GROUP], kept_addresses[GROUP], ranks[GROUP];
  for (size_t start = 0; start < count; start += GROUP) {
    const uint32_t *group = addresses + start;
    uint32_t *answers = numbers + start;
    uint32_t size = count - start < GROUP ? (uint32_t)(count - start) : GROUP;
    memset(answers, 0xFF, 4 * (size_t)size);
    // No branch on what is found, so that the loads run ahead of one another.
    uint32_t kept = 0;
    for (uint32_t i = 0; i < size; i++) {
      uint32_t address = group[i];
      members[kept] = i;
      kept_addresses[kept] = address;
      kept += (load64(table.near, address >> (near_bits + 6)) >> (address >> near_bits & 63)) & 1;
    }
    for (uint32_t i = 0; i < kept; i++) {
      uint32_t address = kept_addresses[i];
      size_t word = address >> (low_bits + 6);
      // Shifting out what lies above the address' own bit, which comes to the top.
      uint64_t through = load64(table.present, word) << (63 - (address >> low_bits & 63));
      uint32_t rank = load32(table.ranks, word) + (uint32_t)__builtin_popcountll(through) - 1;
      rank = least(rank, last_block);
      // The top bit: the block has a record of its own. There are fewer blocks.
      ranks[i] = rank | (uint32_t)(through >> 63) << 31;
      __builtin_prefetch((const uint8_t *)table.blocks + 8 * (size_t)rank);
    }
    for (uint32_t i = 0; i < kept; i++) {
      uint32_t rank = ranks[i] & FIRST_MASK, has = ranks[i] >> 31;
      uint64_t block = load64(table.blocks, rank);
      uint32_t next = (uint32_t)load64(table.blocks, (size_t)rank + 1);
      uint32_t number;
      if (is_wide) {
        number = has ? entry_of(&table, block, next, kept_addresses[i], 1) : (uint32_t)(block >> 32);
      } else {
        number = entry_of_small(&table, block, next, kept_addresses[i], has, use_vectors);
      }
      answers[members[i]] = number;
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2,popcnt"))) static void
lookup_avx2(const sekisho_address_table *table, const uint32_t *addresses, size_t count,
            uint32_t *numbers) {
  if (table->is_wide) {
    lookup(table, addresses, count, numbers, 1, 1);
  } else {
    lookup(table, addresses, count, numbers, 0, 1);
  }
}
#endif

void sekisho_lookup_addresses(int32_t variant, const sekisho_address_table *table,
                              const uint32_t *addresses, size_t count, uint32_t *numbers) {
#if defined(__x86_64__)
  if (variant != SEKISHO_PORTABLE) {
    lookup_avx2(table, addresses, count, numbers);
    return;
  }
#endif
  (void)variant;
  if (table->is_wide) {
    lookup(table, addresses, count, numbers, 1, 0);
  } else {
    lookup(table, addresses, count, numbers, 0, 0);
  }
}
