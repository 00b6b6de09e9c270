#include "LookupAddresses.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512                                                                                       \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vpopcntdq,bmi,bmi2,popcnt")))

enum { GROUP = SEKISHO_ADDRESS_GROUP, LANES = 16 };

/// A group of addresses on its way through the stages.
typedef struct {
  /// The addresses that have a number near them, their words of `present`, and the answers.
  uint32_t addresses[GROUP + LANES], words[GROUP + LANES], answers[GROUP + LANES];
  /// The record of each address; the top bit says whether it is its block's own.
  uint32_t records[GROUP + LANES];
  /// The places of those that are left to be looked up one at a time.
  uint32_t odd[GROUP + LANES];
  /// For each sixteen addresses of the group, which of them are in `addresses`.
  uint16_t kept[GROUP / LANES];
} group_state;

/// The lanes that are in use if `count` addresses are left.
AVX512 INLINE __mmask16 lanes_of(uint32_t count) {
  return count >= LANES ? 0xFFFF : (__mmask16)((1u << count) - 1);
}

AVX512 INLINE __m512i gather32(const void *base, __m512i index) {
  return _mm512_i32gather_epi32(index, base, 4);
}

/// The low halves of sixteen words, eight in each vector.
AVX512 INLINE __m512i narrow(__m512i low, __m512i high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low)),
                            _mm512_cvtepi64_epi32(high), 1);
}

AVX512 INLINE __m256i high_half(__m512i lanes) { return _mm512_extracti64x4_epi64(lanes, 1); }
AVX512 INLINE __m256i low_half(__m512i lanes) { return _mm512_castsi512_si256(lanes); }

/// Keeps the addresses that have a number near them; returns how many.
AVX512 INLINE uint32_t keep_near(const sekisho_address_table *table, const uint32_t *addresses,
                                 uint32_t size, group_state *state) {
  const __m512i one = _mm512_set1_epi32(1), last_word = _mm512_set1_epi32((int)(table->word_count - 1));
  uint32_t kept = 0;
  for (uint32_t i = 0; i < size; i += LANES) {
    __mmask16 there = lanes_of(size - i);
    __m512i address = _mm512_maskz_loadu_epi32(there, addresses + i);
    __m512i region = gather32(table->regions, _mm512_srli_epi32(address, 16));
    __m512i part = _mm512_and_si512(_mm512_srli_epi32(address, SEKISHO_NEAR_BITS), _mm512_set1_epi32(15));
    __mmask16 near = _mm512_mask_test_epi32_mask(there, region, _mm512_sllv_epi32(one, part));
    __m512i word = _mm512_or_si512(
        _mm512_slli_epi32(_mm512_srli_epi32(region, 16), 2),
        _mm512_and_si512(_mm512_srli_epi32(address, 14), _mm512_set1_epi32(3)));
    word = _mm512_min_epu32(word, last_word);
    _mm512_storeu_si512(state->addresses + kept, _mm512_maskz_compress_epi32(near, address));
    _mm512_storeu_si512(state->words + kept, _mm512_maskz_compress_epi32(near, word));
    state->kept[i / LANES] = near;
    kept += (uint32_t)_mm_popcnt_u32(near);
  }
  return kept;
}

/// Finds the records of the blocks of sixteen addresses, and which of them are the blocks' own.
AVX512 INLINE __m512i records_of(const sekisho_address_table *table, __m512i address, __m512i word,
                                 __mmask16 *own) {
  __m512i rank = gather32(table->ranks, word);
  __m512i low = _mm512_i32gather_epi64(low_half(word), table->present, 8);
  __m512i high = _mm512_i32gather_epi64(high_half(word), table->present, 8);
  // Shifts out what lies above the address's own bit, which comes to the top.
  __m512i shift = _mm512_andnot_si512(_mm512_srli_epi32(address, 8), _mm512_set1_epi32(63));
  low = _mm512_sllv_epi64(low, _mm512_cvtepu32_epi64(low_half(shift)));
  high = _mm512_sllv_epi64(high, _mm512_cvtepu32_epi64(high_half(shift)));
  *own = (__mmask16)(_mm512_movepi64_mask(low) | (uint32_t)_mm512_movepi64_mask(high) << 8);
  rank = _mm512_add_epi32(rank, narrow(_mm512_popcnt_epi64(low), _mm512_popcnt_epi64(high)));
  rank = _mm512_sub_epi32(rank, _mm512_set1_epi32(1));
  return _mm512_min_epu32(rank, _mm512_set1_epi32((int)(table->block_count - 1)));
}

/// Looks up sixteen addresses among the first four entries of their blocks; returns the lanes that
/// need more.
AVX512 INLINE __mmask16 look_up(const sekisho_address_table *table, __m512i address, __m512i record,
                                __mmask16 there, __mmask16 own, uint32_t *answers) {
  const __m512i first_mask = _mm512_set1_epi32(FIRST_MASK), none = _mm512_set1_epi32(-1);
  // Spreads the first byte of each lane over all four of it.
  const __m512i spread = _mm512_set4_epi32(0x0C0C0C0C, 0x08080808, 0x04040404, 0);
  const __m512i places = _mm512_set1_epi32(0x03020100), four = _mm512_set1_epi32(4);
  __m512i first = gather32(table->firsts, record);
  __m512i end = _mm512_mask_i32gather_epi32(first, own, record, (const uint8_t *)table->firsts + 4, 4);
  __mmask16 has_other = _mm512_movepi32_mask(first) & there;
  first = _mm512_min_epu32(_mm512_and_si512(first, first_mask),
                           _mm512_set1_epi32((int)table->entry_count));
  __m512i count = _mm512_maskz_sub_epi32(own, _mm512_and_si512(end, first_mask), first);
  __mmask16 is_long = _mm512_mask_cmpgt_epu32_mask(there, count, four);
  // There is room to read behind the last entry (`SEKISHO_LOWS_SLACK`).
  __m512i lows = _mm512_i32gather_epi32(first, table->lows, 1);
  count = _mm512_shuffle_epi8(_mm512_min_epu32(count, four), spread);
  __mmask64 equal = _mm512_mask_cmpeq_epi8_mask(_mm512_cmplt_epu8_mask(places, count), lows,
                                                _mm512_shuffle_epi8(address, spread));
  __m512i bytes = _mm512_movm_epi8(equal);
  // The last of those that are equal.
  __m512i place = _mm512_srli_epi32(
      _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(bytes)), 3);
  __mmask16 hit = _mm512_test_epi32_mask(bytes, bytes);
  __m512i number = _mm512_mask_add_epi32(none, hit, first, place);
  // A hit before the fourth entry is final; behind one in the fourth there may be more that are
  // equal. Without a hit the place is above four.
  __mmask16 odd = _mm512_mask_cmpge_epu32_mask(is_long, place, _mm512_set1_epi32(3));
  __mmask16 wants_other = has_other & (__mmask16)~hit;
  if (__builtin_expect(wants_other != 0, 0)) {
    number = _mm512_mask_i32gather_epi32(number, wants_other, record, table->others, 4);
    odd |= (__mmask16)(wants_other & _mm512_movepi32_mask(number));
  }
  _mm512_storeu_si512(answers, number);
  return odd;
}

/// The number for one address that `look_up` left.
AVX512 INLINE uint32_t odd_number(const sekisho_address_table *table, uint32_t record, uint32_t address,
                                  uint32_t other) {
  uint32_t block = record & FIRST_MASK;
  if (!(record & TOP_BIT)) {
    return sekisho_other_number(table, load32(table->others, block), address);
  }
  uint32_t first = least(load32(table->firsts, block) & FIRST_MASK, table->entry_count);
  uint32_t count = (load32(table->firsts, (size_t)block + 1) & FIRST_MASK) - first;
  if (__builtin_expect((count > 64) | ((other >= TOP_BIT) & (other != SEKISHO_NO_NUMBER)), 0)) {
    return sekisho_number_in_block(table, block, address);
  }
  __m512i lows = _mm512_loadu_si512(table->lows + first);
  uint64_t equal = _mm512_cmpeq_epi8_mask(lows, _mm512_set1_epi8((char)address));
  equal = _bzhi_u64(equal, count);
  uint32_t number = first + 63 - (uint32_t)__builtin_clzll(equal | 1);
  // No branch, which would be guessed wrong for every other address of a busy block.
  __asm__("" : "+r"(number));
  return equal ? number : other;
}

AVX512 void sekisho_lookup_addresses_avx512(const sekisho_address_table *given,
                                            const uint32_t *addresses, size_t count,
                                            uint32_t *numbers) {
  const sekisho_address_table table = *given;
  const __m512i iota = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i none = _mm512_set1_epi32(-1), top = _mm512_set1_epi32((int)TOP_BIT);
  group_state state;
  for (size_t start = 0; start < count; start += GROUP) {
    uint32_t size = count - start < GROUP ? (uint32_t)(count - start) : GROUP;
    uint32_t kept = keep_near(&table, addresses + start, size, &state);
    uint32_t odd_count = 0;
    for (uint32_t i = 0; i < kept; i += LANES) {
      __mmask16 there = lanes_of(kept - i), own;
      __m512i address = _mm512_maskz_loadu_epi32(there, state.addresses + i);
      __m512i word = _mm512_maskz_loadu_epi32(there, state.words + i);
      __m512i record = records_of(&table, address, word, &own);
      own &= there;
      _mm512_storeu_si512(state.records + i, _mm512_mask_or_epi32(record, own, record, top));
      __mmask16 odd = look_up(&table, address, record, there, own, state.answers + i);
      __m512i lanes = _mm512_add_epi32(iota, _mm512_set1_epi32((int)i));
      _mm512_storeu_si512(state.odd + odd_count, _mm512_maskz_compress_epi32(odd, lanes));
      odd_count += (uint32_t)_mm_popcnt_u32(odd);
    }
    for (uint32_t i = 0; i < odd_count; i++) {
      uint32_t lane = state.odd[i];
      state.answers[lane] =
          odd_number(&table, state.records[lane], state.addresses[lane], state.answers[lane]);
    }
    const uint32_t *answers = state.answers;
    for (uint32_t i = 0; i < size; i += LANES) {
      __mmask16 near = state.kept[i / LANES];
      _mm512_mask_storeu_epi32(numbers + start + i, lanes_of(size - i),
                               _mm512_mask_expandloadu_epi32(none, near, answers));
      answers += _mm_popcnt_u32(near);
    }
  }
}
#endif
