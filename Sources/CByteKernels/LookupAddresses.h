// What the forms of `sekisho_lookup_addresses` have in common.
#ifndef SEKISHO_LOOKUP_ADDRESSES_INTERNAL_H
#define SEKISHO_LOOKUP_ADDRESSES_INTERNAL_H

#include "CByteKernels.h"
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/// The bits of a record that say where its entries begin.
#define FIRST_MASK 0x7FFFFFFFu
/// In `firsts`: addresses that are no entries have a number. In `others`: the block is cut into
/// pieces.
#define TOP_BIT 0x80000000u

/// How many addresses go through the stages together.
enum { SEKISHO_ADDRESS_GROUP = 128 };

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

/// The number for an address that is no entry of its block, given the block's element of `others`.
uint32_t sekisho_other_number(const sekisho_address_table *table, uint32_t other, uint32_t address);

/// The number for an address in a block with a record of its own, whatever it holds.
uint32_t sekisho_number_in_block(const sekisho_address_table *table, uint32_t block,
                                 uint32_t address);

/// `sekisho_lookup_addresses` for tables that are not wide.
void sekisho_lookup_addresses_avx512(const sekisho_address_table *table, const uint32_t *addresses,
                                     size_t count, uint32_t *numbers);

#endif
