#include "Variants.h"

#if SEKISHO_HAS_NEON
#include <arm_neon.h>

size_t sekisho_find_pairs_neon(const uint8_t *bytes, size_t count, size_t from, size_t limit,
                               const uint8_t *tables, uint32_t *positions, size_t capacity,
                               size_t *found) {
  const uint8x16_t first_low = vld1q_u8(tables), first_high = vld1q_u8(tables + 16);
  const uint8x16_t second_low = vld1q_u8(tables + 32), second_high = vld1q_u8(tables + 48);
  const uint8x16_t low_bits = vdupq_n_u8(15);
  size_t kept = 0;
  size_t at = from;
  while (at + 17 <= count && at + 16 <= limit && kept + SEKISHO_PAIR_SLACK <= capacity) {
    if (at % 64 == 0) sekisho_prefetch_behind(bytes + at);
    uint8x16_t first = vld1q_u8(bytes + at), second = vld1q_u8(bytes + at + 1);
    uint8x16_t groups = vandq_u8(vqtbl1q_u8(first_low, vandq_u8(first, low_bits)),
                                 vqtbl1q_u8(first_high, vshrq_n_u8(first, 4)));
    groups = vandq_u8(groups, vqtbl1q_u8(second_low, vandq_u8(second, low_bits)));
    groups = vandq_u8(groups, vqtbl1q_u8(second_high, vshrq_n_u8(second, 4)));
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
