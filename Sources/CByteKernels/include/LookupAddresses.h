/// 32-bit addresses: which number a table of blocks has for each.
#ifndef SEKISHO_LOOKUP_ADDRESSES_H
#define SEKISHO_LOOKUP_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

/// The answer for an address that has no number.
#define SEKISHO_NO_NUMBER UINT32_MAX

/// Bytes behind the last of `lows` that are read and have no influence.
enum { SEKISHO_LOWS_SLACK = 64 };

/// How many low bits of an address do not matter for the bit that says whether any number is near.
enum { SEKISHO_NEAR_BITS = 12, SEKISHO_NEAR_BITS_WIDE = 14 };

/// The tables, all little-endian and of any alignment. Their contents may be anything.
///
/// The address space is cut into blocks of 2^8 addresses, or of 2^16 if the table is wide. A block
/// whose bit in `present` is set has a record; any other block is like the end of the last block
/// before it that has one. A record is an element of `firsts` and one of `others`. The first says
/// in 31 bits where the block's entries begin, which end where those of the next record begin, and
/// by its top bit whether addresses that are no entries have a number. If so, `others` has that
/// number or, with the top bit set, the block's index among those that are cut into pieces.
///
/// An entry is the low bits of the address at which a prefix begins, and its number is its index;
/// of entries with the same address the last one counts. A piece is low bits and a number, which
/// holds for all addresses from there to the next piece.
typedef struct {
  /// Blocks of 2^8: a word for each 2^16 addresses. Its low half has a bit for each
  /// 2^`SEKISHO_NEAR_BITS` of them, which says whether any has a number; its high half says which
  /// four words of `present` are theirs. Blocks of 2^16: one bit for each
  /// 2^`SEKISHO_NEAR_BITS_WIDE` addresses. Words of 32 bits.
  const void *_Nonnull regions;
  /// One bit for each block, in words of 64 bits.
  const void *_Nonnull present;
  /// For each word of `present`, how many bits are set before it, in 32 bits.
  const void *_Nonnull ranks;
  /// `block_count + 1` elements of 32 bits.
  const void *_Nonnull firsts;
  /// `block_count` elements of 32 bits.
  const void *_Nonnull others;
  /// The entries' low bits, 8 each or 16 if wide, which do not fall within a block; then
  /// `SEKISHO_LOWS_SLACK` bytes.
  const uint8_t *_Nonnull lows;
  /// Where the pieces of each cut block begin, and the end: `cut_count + 1` numbers of 32 bits.
  const void *_Nonnull cuts;
  /// The pieces' low bits, 8 each or 16 if wide, rising within a block; then `SEKISHO_LOWS_SLACK`
  /// bytes.
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
