/// 32-bit addresses in a table of blocks: which number stands for each.
#ifndef SEKISHO_LOOKUP_ADDRESSES_H
#define SEKISHO_LOOKUP_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

/// What is answered where nothing stands for an address.
#define SEKISHO_NO_NUMBER UINT32_MAX

/// Bytes behind the last of `lows` that are read and have no influence.
enum { SEKISHO_LOWS_SLACK = 64 };

/// Address bits below those that choose a bit that says whether anything is near.
enum { SEKISHO_NEAR_BITS = 12, SEKISHO_NEAR_BITS_WIDE = 14 };

/// The tables, all little-endian and of any alignment. Their contents may be anything.
///
/// The address space is cut into blocks of 2^8, or, if the table is wide, of 2^16 addresses. A block
/// whose bit in `present` is set has a record; any other is like the end of the last one before it that
/// has. A record is an element of `firsts` and one of `others`. The first says in 31 bits where its
/// entries begin, which end where those of the next record begin, and by the top bit whether anything
/// stands for addresses that are none of its entries. If so, `others` says what: a number, or, with the top bit
/// set, which of the blocks it is that are cut into pieces.
///
/// An entry is the low bits of where a prefix begins, and its number is its index; of those that begin at the
/// same address the last one counts. A piece is low bits and a number, for all from there to the next.
typedef struct {
  /// Blocks of 2^8: for each 2^16 addresses a bit for each 2^`SEKISHO_NEAR_BITS` of them, whether a
  /// number stands for any, and in the high half which four words of `present` are theirs. Blocks of 2^16:
  /// one bit for each 2^`SEKISHO_NEAR_BITS_WIDE` addresses. Words of 32 bits.
  const void *_Nonnull regions;
  /// One bit a block, in words of 64.
  const void *_Nonnull present;
  /// For each word of `present` how many bits are set before it, as 32 bits.
  const void *_Nonnull ranks;
  /// `block_count + 1` of 32 bits.
  const void *_Nonnull firsts;
  /// `block_count` of 32 bits.
  const void *_Nonnull others;
  /// The entries' low bits, 8 or if wide 16 each, in a block not falling; and `SEKISHO_LOWS_SLACK` bytes.
  const uint8_t *_Nonnull lows;
  /// Where the pieces of each block that is cut begin, and the end; `cut_count + 1` of 32 bits.
  const void *_Nonnull cuts;
  /// The pieces' low bits, 8 or if wide 16 each, rising in a block; and `SEKISHO_LOWS_SLACK` bytes.
  const uint8_t *_Nonnull piece_lows;
  /// The pieces' numbers, 32 bits each; at least one.
  const void *_Nonnull piece_numbers;
  /// At least 1.
  uint32_t word_count;
  /// At least 1.
  uint32_t block_count;
  /// Below 2^31.
  uint32_t entry_count;
  uint32_t cut_count;
  uint32_t piece_count;
  /// Whether a block is 2^16 addresses.
  int32_t is_wide;
} sekisho_address_table;

/// Looks up each address; its number, or `SEKISHO_NO_NUMBER`, goes to the same place of `numbers`.
void sekisho_lookup_addresses(int32_t variant, const sekisho_address_table *_Nonnull table,
                              const uint32_t *_Nonnull addresses, size_t count,
                              uint32_t *_Nonnull numbers);

#endif
