#include "Variants.h"

#if SEKISHO_HAS_NEON
#include <arm_neon.h>

/// The groups of 16 pairs, by four tables.
static inline uint8x16_t groups_of(uint8x16_t first, uint8x16_t second, const uint8_t *tables) {
  const uint8x16_t low_bits = vdupq_n_u8(15);
  const uint8x16_t firsts = vandq_u8(vqtbl1q_u8(vld1q_u8(tables), vandq_u8(first, low_bits)),
                                     vqtbl1q_u8(vld1q_u8(tables + 16), vshrq_n_u8(first, 4)));
  const uint8x16_t seconds = vandq_u8(vqtbl1q_u8(vld1q_u8(tables + 32), vandq_u8(second, low_bits)),
                                      vqtbl1q_u8(vld1q_u8(tables + 48), vshrq_n_u8(second, 4)));
  return vandq_u8(firsts, seconds);
}

size_t sekisho_find_pairs_neon(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, const uint8_t *more, uint32_t *positions,
                               size_t capacity, size_t *found) {
  size_t kept = 0;
  size_t at = from;
  while (at + 17 <= count && at + 16 <= limit && kept + SEKISHO_PAIR_SLACK <= capacity) {
    if (at % 64 == 0) sekisho_prefetch_behind(bytes + at);
    uint8x16_t first = vld1q_u8(bytes + at), second = vld1q_u8(bytes + at + 1);
    uint8x16_t groups = groups_of(first, second, tables);
    if (more) groups = vorrq_u8(groups, groups_of(first, second, more));
    // Four bits a byte: narrowing each pair of bytes keeps one half of either.
    uint8x16_t any = vtstq_u8(groups, groups);
    uint64_t bits = vget_lane_u64(
        vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(any), 4)), 0);
    bits &= 0x8888888888888888u;
    while (bits) {
      positions[kept++] = (uint32_t)(at + ((size_t)__builtin_ctzll(bits) >> 2));
      bits &= bits - 1;
    }
    at += 16;
  }
  *found = kept;
  return at;
}
#endif
