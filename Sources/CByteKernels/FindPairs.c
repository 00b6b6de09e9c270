#include "Variants.h"

int32_t sekisho_has_variant(int32_t variant) {
  switch (variant) {
  case SEKISHO_PORTABLE:
    return 1;
#if SEKISHO_HAS_AVX2
  case SEKISHO_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                   __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")
               ? 1
               : 0;
  case SEKISHO_AVX512:
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2")
               ? 1
               : 0;
  case SEKISHO_AVX512_GATHER:
    // Half-precision arithmetic is not used, but processors that have it are those whose gathers
    // are fast. On some older ones a remedy for a leak made gathers many times slower than single
    // loads.
    return __builtin_cpu_supports("avx512fp16") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vpopcntdq") &&
                   sekisho_has_variant(SEKISHO_AVX512)
               ? 1
               : 0;
#endif
#if SEKISHO_HAS_NEON
  case SEKISHO_NEON:
    return 1;
#endif
  default:
    return 0;
  }
}

int32_t sekisho_best_variant(void) {
  if (sekisho_has_variant(SEKISHO_AVX512_GATHER)) return SEKISHO_AVX512_GATHER;
  if (sekisho_has_variant(SEKISHO_AVX512)) return SEKISHO_AVX512;
  if (sekisho_has_variant(SEKISHO_AVX2)) return SEKISHO_AVX2;
  if (sekisho_has_variant(SEKISHO_NEON)) return SEKISHO_NEON;
  return SEKISHO_PORTABLE;
}

size_t sekisho_find_pairs(int32_t variant, const uint8_t *bytes, size_t count, size_t from, size_t limit,
                          const uint8_t *tables, const uint8_t *more, uint32_t *positions,
                          size_t capacity, size_t *found) {
  size_t kept = 0;
  size_t at = from;
  switch (variant) {
#if SEKISHO_HAS_AVX2
  case SEKISHO_AVX2:
    at = sekisho_find_pairs_avx2(bytes, count, at, limit, tables, more, positions, capacity, &kept);
    break;
  case SEKISHO_AVX512:
  case SEKISHO_AVX512_GATHER:
    at = sekisho_find_pairs_avx512(bytes, count, at, limit, tables, more, positions, capacity, &kept);
    break;
#endif
#if SEKISHO_HAS_NEON
  case SEKISHO_NEON:
    at = sekisho_find_pairs_neon(bytes, count, at, limit, tables, more, positions, capacity, &kept);
    break;
#endif
  default:
    break;
  }
  // What is left over: everything for the portable variant, else less than a vector or no room.
  uint16_t groups[256];
  uint16_t seconds[256];
  if (limit - at > 512) {
    for (int byte = 0; byte < 256; byte++) {
      groups[byte] = sekisho_all_first_groups(tables, more, (uint8_t)byte);
      seconds[byte] = sekisho_all_second_groups(tables, more, (uint8_t)byte);
    }
    while (at < limit && at + 1 < count && kept + SEKISHO_PAIR_SLACK <= capacity) {
      positions[kept] = (uint32_t)at;
      kept += (groups[bytes[at]] & seconds[bytes[at + 1]]) != 0;
      at++;
    }
  }
  while (at < limit && kept + SEKISHO_PAIR_SLACK <= capacity) {
    uint16_t first = sekisho_all_first_groups(tables, more, bytes[at]);
    uint16_t second = at + 1 < count ? sekisho_all_second_groups(tables, more, bytes[at + 1]) : 0xFFFF;
    positions[kept] = (uint32_t)at;
    kept += (first & second) != 0;
    at++;
  }
  *found = kept;
  return at;
}
