/// Keys of bytes: their hashes, and which of them a Bloom filter lets through.
#ifndef SEKISHO_FILTER_KEYS_H
#define SEKISHO_FILTER_KEYS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SEKISHO_INLINE static inline __attribute__((always_inline))

/// How many bytes of a key are hashed at once.
enum { SEKISHO_HASH_BLOCK = 64 };

/// Random words that make one hash function differ from the next: one for each of a block's eight
/// words, and two more.
typedef struct {
  uint64_t words[10];
} sekisho_hash_secrets;

/// 64 bytes of ones and 64 of zeros: where a load begins in it decides how many ones it gets.
extern const uint8_t sekisho_length_masks[128];

/// Both halves of the product and both operands, xored, so that a zero operand cannot swallow the
/// other.
SEKISHO_INLINE uint64_t sekisho_mix(uint64_t a, uint64_t b) {
  __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a ^ b;
}

/// The word with each byte `A`–`Z` turned into its small letter; no other byte changes.
SEKISHO_INLINE uint64_t sekisho_fold_capitals(uint64_t word) {
  // Additions on seven bits cannot carry into the next byte; bytes from 0x80 are left out.
  const uint64_t ones = 0x0101010101010101u;
  uint64_t low = word & ones * 0x7F;
  uint64_t above_z = low + ones * (0x7F - 'Z');
  uint64_t from_a = low + ones * (0x80 - 'A');
  return word | (from_a & ~above_z & ~word & ones * 0x80) >> 2;
}

/// The sums over the even and the odd words of a block.
typedef struct {
  uint64_t even, odd;
} sekisho_block_sums;

/// The sums of up to 64 bytes, filled up with zeros; `available` bytes may be read from the first
/// on.
///
/// Each word is xored with its secret. It then adds the product of its halves, and itself with its
/// halves exchanged, so that no half can swallow the other.
SEKISHO_INLINE sekisho_block_sums sekisho_sum_block(const uint64_t *_Nonnull secrets,
                                                    const uint8_t *_Nonnull bytes, size_t available,
                                                    size_t length, int folds) {
  uint64_t words[8];
  if (__builtin_expect(available >= SEKISHO_HASH_BLOCK, 1)) {
    uint64_t masks[8];
    memcpy(words, bytes, sizeof words);
    memcpy(masks, sekisho_length_masks + SEKISHO_HASH_BLOCK - length, sizeof masks);
    for (int i = 0; i < 8; i++) words[i] &= masks[i];
  } else {
    memset(words, 0, sizeof words);
    memcpy(words, bytes, length);
  }
  uint64_t sums[2] = {0, 0};
  for (int i = 0; i < 8; i++) {
    uint64_t word = (folds ? sekisho_fold_capitals(words[i]) : words[i]) ^ secrets[i];
    sums[i & 1] += (word & 0xFFFFFFFF) * (word >> 32) + (word << 32 | word >> 32);
  }
  return (sekisho_block_sums){sums[0], sums[1]};
}

/// The state before the first block.
SEKISHO_INLINE uint64_t sekisho_hash_begin(size_t length) { return length * 0x9E3779B97F4A7C15u; }

/// Adds a block that is not the last to the state.
SEKISHO_INLINE uint64_t sekisho_hash_add(const uint64_t *_Nonnull secrets, uint64_t state,
                                         sekisho_block_sums sums) {
  return sekisho_mix(sekisho_mix(sums.even ^ state, sums.odd ^ secrets[8]), secrets[9] ^ state);
}

/// Adds the last block to the state; returns the hash.
SEKISHO_INLINE uint64_t sekisho_hash_end(const uint64_t *_Nonnull secrets, uint64_t state,
                                         sekisho_block_sums sums) {
  return sekisho_mix(sekisho_mix(sums.even ^ state, sums.odd ^ secrets[8]), secrets[9]);
}

/// The hash of `length` bytes; `available` bytes may be read from the first on.
///
/// It takes blocks of 64 bytes, the last one filled up with zeros: keys of up to 64 bytes, nearly
/// all names, take no branch that depends on their length, which a processor would guess wrong for
/// every other name. The products of halves of words are those of Yann Collet's XXH3, since vectors
/// have them; the ends are those of Wang Yi's wyhash in its protected form. With `folds` ASCII
/// capitals count as small letters. The hash depends on secrets and bytes alone: it is stored in
/// files.
SEKISHO_INLINE uint64_t sekisho_key_hash(const sekisho_hash_secrets *_Nonnull secrets,
                                         const uint8_t *_Nonnull bytes, size_t available,
                                         size_t length, int folds) {
  const uint64_t *s = secrets->words;
  uint64_t state = sekisho_hash_begin(length);
  while (__builtin_expect(length > SEKISHO_HASH_BLOCK, 0)) {
    state = sekisho_hash_add(
        s, state, sekisho_sum_block(s, bytes, available, SEKISHO_HASH_BLOCK, folds));
    bytes += SEKISHO_HASH_BLOCK;
    available -= SEKISHO_HASH_BLOCK;
    length -= SEKISHO_HASH_BLOCK;
  }
  return sekisho_hash_end(s, state, sekisho_sum_block(s, bytes, available, length, folds));
}

/// The high half of the product with `range`: scales a hash to 0 ..< range, keeping its order.
SEKISHO_INLINE uint64_t sekisho_scaled(uint64_t hash, uint64_t range) {
  return (uint64_t)((__uint128_t)hash * range >> 64);
}

/// The four bits that a key has in its word of the filter: by the low 24 bits of its hash.
SEKISHO_INLINE uint64_t sekisho_filter_mask(uint64_t hash) {
  return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63) |
         (uint64_t)1 << (hash >> 12 & 63) | (uint64_t)1 << (hash >> 18 & 63);
}

/// Where one key's bytes are.
typedef struct {
  uint32_t offset;
  uint32_t length;
} sekisho_key_place;

/// Which lengths keys have, how they are hashed, and a filter over them.
typedef struct {
  sekisho_hash_secrets secrets;
  /// Words of 64 bits, little-endian and of any alignment; a key's word is the one that its hash
  /// scales to.
  const void *_Nonnull words;
  /// At least 1.
  uint64_t word_count;
  /// The lengths that a key may have.
  uint32_t shortest, longest;
  /// Whether ASCII capitals count as small letters.
  int32_t folds;
} sekisho_key_filter;

/// The most keys that `sekisho_filter_keys` takes at once.
enum { SEKISHO_KEY_GROUP = 64 };

/// Hashes up to `SEKISHO_KEY_GROUP` keys, and keeps those that may be in the filter's set.
///
/// A key that is not inside the `byte_count` bytes, or whose length no key may have, is not kept.
/// Nothing outside the bytes is read.
///
/// - Returns: how many are kept; `members` has their indices, rising, and `hashes` their hashes.
size_t sekisho_filter_keys(int32_t variant, const sekisho_key_filter *_Nonnull filter,
                           const uint8_t *_Nonnull bytes, size_t byte_count,
                           const sekisho_key_place *_Nonnull keys, size_t count,
                           uint32_t *_Nonnull members, uint64_t *_Nonnull hashes);

#endif
