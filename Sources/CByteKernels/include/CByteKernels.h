/// Loops and instructions that Swift cannot express. Nothing here knows what the bytes mean.
#ifndef SEKISHO_CBYTEKERNELS_H
#define SEKISHO_CBYTEKERNELS_H

#include "ClassifyText.h"

/// Asks for the cache line that holds an address.
///
/// A hint: the address need not be readable, and nothing depends on whether the line arrives. Unlike
/// a load it does not stay in the processor's window until the line is there, so that many more can
/// be under way.
static inline __attribute__((always_inline)) void sekisho_prefetch(const void *_Nullable address) {
  __builtin_prefetch(address, 0, 3);
}

#endif
