#include "LookupAddresses.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { GROUP = SEKISHO_ADDRESS_GROUP };

/// How many of the first `count` of eight bytes are at most `low`; 0 < count <= 8.
INLINE uint32_t at_most8(const uint8_t *bytes, uint32_t count, uint32_t low) {
  const uint64_t ones = 0x0101010101010101u, highs = ones * 0x80;
  uint64_t word = load64(bytes, 0);
  uint64_t wanted = ones * low;
  // A byte of `wanted` minus one of `word` without its top bit never borrows; the top bits decide
  // first.
  uint64_t below = (wanted | highs) - (word & ~highs);
  uint64_t fits = ((below & ~(word ^ wanted)) | (wanted & ~word)) & highs;
  fits &= ~(uint64_t)0 >> (64 - 8 * count);
  return (uint32_t)__builtin_popcountll(fits);
}

/// The same for `count` bytes, which do not fall.
INLINE uint32_t at_most_narrow(const uint8_t *bytes, uint32_t count, uint32_t low) {
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

/// The same for `count` 16-bit numbers, which do not fall.
INLINE uint32_t at_most_wide(const uint8_t *bytes, uint32_t count, uint32_t low) {
  uint32_t base = 0;
  while (count > 0) {
    uint32_t half = (count + 1) / 2;
    uint32_t fits = load16(bytes, base + half - 1) <= low;
    base += fits ? half : 0;
    count = fits ? count - half : half - 1;
  }
  return base;
}

/// How many of the low parts from `first` to `end`, which do not fall, are at most `low`.
///
/// Looks at no more of them than a block can have.
INLINE uint32_t at_most(const uint8_t *lows, uint32_t first, uint32_t end, uint32_t low, int is_wide) {
  uint32_t count = end > first ? end - first : 0;
  // A block has no more prefixes than twice its addresses, and those that begin with it and cover
  // it all.
  count = least(count, (is_wide ? 2 << 16 : 2 << 8) + 32);
  return is_wide ? at_most_wide(lows + 2 * (size_t)first, count, low)
                 : at_most_narrow(lows + first, count, low);
}

uint32_t sekisho_other_number(const sekisho_address_table *table, uint32_t other, uint32_t address) {
  if (!(other & TOP_BIT)) return other;
  if (table->cut_count == 0) return SEKISHO_NO_NUMBER;
  uint32_t cut = least(other & FIRST_MASK, table->cut_count - 1);
  uint32_t first = least(load32(table->cuts, cut), table->piece_count);
  uint32_t end = least(load32(table->cuts, (size_t)cut + 1), table->piece_count);
  uint32_t low = address & (table->is_wide ? 0xFFFF : 0xFF);
  uint32_t place = at_most(table->piece_lows, first, end, low, table->is_wide);
  return place ? load32(table->piece_numbers, first + place - 1) : SEKISHO_NO_NUMBER;
}

/// See `sekisho_number_in_block`.
INLINE uint32_t number_in_block(const sekisho_address_table *table, uint32_t block, uint32_t address,
                                int is_wide) {
  uint32_t record = load32(table->firsts, block);
  uint32_t first = least(record & FIRST_MASK, table->entry_count);
  uint32_t end = least(load32(table->firsts, (size_t)block + 1) & FIRST_MASK, table->entry_count);
  uint32_t low = address & (is_wide ? 0xFFFF : 0xFF);
  uint32_t place = at_most(table->lows, first, end, low, is_wide);
  // If no entry is at or below `low`, the first one takes its place, and is ignored.
  uint32_t at = first + (place ? place - 1 : 0);
  uint32_t found = is_wide ? load16(table->lows, at) : table->lows[at];
  uint32_t is_hit = (place != 0) & (found == low);
  if (!is_hit && record & TOP_BIT) {
    return sekisho_other_number(table, load32(table->others, block), address);
  }
  return is_hit ? at : SEKISHO_NO_NUMBER;
}

uint32_t sekisho_number_in_block(const sekisho_address_table *table, uint32_t block,
                                 uint32_t address) {
  return number_in_block(table, block, address, 0);
}

/// The number for an address; `has` is 1 if the record is its block's own, else 0.
INLINE uint32_t number_of(const sekisho_address_table *table, uint32_t block, uint32_t has,
                          uint32_t address, int is_wide, int use_vectors) {
  uint32_t record = load32(table->firsts, block);
#if defined(__x86_64__)
  if (use_vectors && !is_wide) {
    uint32_t first = least(record & FIRST_MASK, table->entry_count);
    uint32_t count = ((load32(table->firsts, (size_t)block + 1) & FIRST_MASK) - first) & (0 - has);
    if (__builtin_expect((count > 16) | (record >> 31), 0)) {
      return has ? sekisho_number_in_block(table, block, address)
             : record & TOP_BIT
                 ? sekisho_other_number(table, load32(table->others, block), address)
                 : SEKISHO_NO_NUMBER;
    }
    __m128i lows = _mm_loadu_si128((const __m128i *)(table->lows + first));
    uint32_t equal = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lows, _mm_set1_epi8((char)address)));
    equal &= ((uint32_t)1 << count) - 1;
    uint32_t number = first + 31 - (uint32_t)__builtin_clz(equal | 1);
    // No branch, which would be guessed wrong for every other address of a busy block.
    __asm__("" : "+r"(number));
    return equal ? number : SEKISHO_NO_NUMBER;
  }
#endif
  (void)use_vectors;
  if (has) return number_in_block(table, block, address, is_wide);
  return record & TOP_BIT ? sekisho_other_number(table, load32(table->others, block), address)
                          : SEKISHO_NO_NUMBER;
}

INLINE void lookup(const sekisho_address_table *given, const uint32_t *addresses, size_t count,
                   uint32_t *numbers, int is_wide, int use_vectors) {
  // A copy, which stays in registers: writing an answer cannot change it.
  const sekisho_address_table table = *given;
  const uint32_t last_block = table.block_count - 1, last_word = table.word_count - 1;
  uint32_t members[GROUP], words[GROUP], ranks[GROUP];
  for (size_t start = 0; start < count; start += GROUP) {
    const uint32_t *group = addresses + start;
    uint32_t *answers = numbers + start;
    uint32_t size = count - start < GROUP ? (uint32_t)(count - start) : GROUP;
    memset(answers, 0xFF, 4 * (size_t)size);
    // No branch on what is found, so that the loads overlap.
    uint32_t kept = 0;
    for (uint32_t i = 0; i < size; i++) {
      uint32_t address = group[i];
      members[kept] = i;
      if (is_wide) {
        uint32_t region = load32(table.regions, address >> (SEKISHO_NEAR_BITS_WIDE + 5));
        words[kept] = least(address >> 22, last_word);
        kept += region >> (address >> SEKISHO_NEAR_BITS_WIDE & 31) & 1;
      } else {
        uint32_t region = load32(table.regions, address >> 16);
        words[kept] = least((region >> 16) * 4 + (address >> 14 & 3), last_word);
        kept += region >> (address >> SEKISHO_NEAR_BITS & 15) & 1;
      }
    }
    for (uint32_t i = 0; i < kept; i++) {
      uint32_t bit = group[members[i]] >> (is_wide ? 16 : 8) & 63;
      // Shifts out what lies above the address's own bit, which comes to the top.
      uint64_t through = load64(table.present, words[i]) << (63 - bit);
      uint32_t rank = load32(table.ranks, words[i]) + (uint32_t)__builtin_popcountll(through) - 1;
      rank = least(rank, last_block);
      // The top bit, which no block number has, says that the block has a record of its own.
      ranks[i] = rank | (uint32_t)(through >> 63) << 31;
      sekisho_prefetch((const uint8_t *)table.firsts + 4 * (size_t)rank);
    }
    for (uint32_t i = 0; i < kept; i++) {
      answers[members[i]] = number_of(&table, ranks[i] & FIRST_MASK, ranks[i] >> 31,
                                      group[members[i]], is_wide, use_vectors);
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"))) static void
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
  if (variant == SEKISHO_AVX512_GATHER && !table->is_wide) {
    sekisho_lookup_addresses_avx512(table, addresses, count, numbers);
    return;
  }
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
