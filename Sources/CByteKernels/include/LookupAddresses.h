/// 32-bit addresses in a table of blocks: which number stands for each.
#ifndef SEKISHO_LOOKUP_ADDRESSES_H
#define SEKISHO_LOOKUP_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

/// What is answered where nothing stands for an address.
#define SEKISHO_NO_NUMBER UINT32_MAX

/// Bytes behind the last of `lows` that are read and have no influence.
enum { SEKISHO_LOWS_SLACK = 16 };
/// The same for `numbers`, counted in numbers.
enum { SEKISHO_NUMBERS_SLACK = 17 };

/// Address bits below those that choose a bit of `near`.
enum { SEKISHO_NEAR_BITS = 11, SEKISHO_NEAR_BITS_WIDE = 14 };

/// The tables, all little-endian and of any alignment. Their contents may be anything.
///
/// The address space is cut into blocks of 2^8, or, if the table is wide, of 2^16 addresses. A block
/// whose bit in `present` is set has a record in `blocks`; any other is like the end of the last one
/// before it that has. A record is the index of its first entry (31 bits), a bit that says whether its
/// entries cut the block into pieces, and above them, as 32 bits, the number for what no entry stands
/// for. Its entries end where those of the next record begin. An entry is an address' low bits and a
/// number: for that address, or, in a block that is cut, for all from there to the next entry.
typedef struct {
  /// One bit a block: 2^24, or 2^16 if wide.
  const void *_Nonnull present;
  /// One bit for 2^`SEKISHO_NEAR_BITS` addresses, or if wide 2^`SEKISHO_NEAR_BITS_WIDE`: whether a number
  /// stands for any of them.
  const void *_Nonnull near;
  /// For each 64 bits of `present` how many are set before them, as 32 bits.
  const void *_Nonnull ranks;
  /// `block_count + 1` records of 64 bits.
  const void *_Nonnull blocks;
  /// The entries' low bits, 8 or if wide 16 each, rising within a block; room for one entry more, and
  /// `SEKISHO_LOWS_SLACK` bytes.
  const uint8_t *_Nonnull lows;
  /// The entries' numbers, 32 bits each, and `SEKISHO_NUMBERS_SLACK` more.
  const void *_Nonnull numbers;
  /// At least 1.
  uint32_t block_count;
  /// Below 2^31.
  uint32_t entry_count;
  /// Whether a block is 2^16 addresses.
  int32_t is_wide;
} sekisho_address_table;

/// Looks up each address; its number, or `SEKISHO_NO_NUMBER`, goes to the same place of `numbers`.
void sekisho_lookup_addresses(int32_t variant, const sekisho_address_table *_Nonnull table,
                              const uint32_t *_Nonnull addresses, size_t count,
                              uint32_t *_Nonnull numbers);

#endif
