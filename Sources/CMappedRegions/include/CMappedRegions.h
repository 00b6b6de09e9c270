/// Mapped files that another process may cut while they are read.
///
/// A read behind the new end of such a file raises SIGBUS. A handler may do very little: it may
/// allocate no memory, take no lock and wait for no initialisation on first use. Swift promises
/// none of this, so the table and the handler are in C.
#ifndef SEKISHO_CMAPPEDREGIONS_H
#define SEKISHO_CMAPPEDREGIONS_H

#include <stddef.h>
#include <stdint.h>

/// Notes a mapping for the handler; returns the number of its place, or -1 if all places are taken.
int32_t sekisho_region_add(const void *_Nonnull start, size_t count);

/// Removes a mapping from the table, before it is unmapped; does nothing for -1.
void sekisho_region_remove(int32_t region);

/// Whether zeros have taken the place of part of a mapping, since its file has become shorter.
int32_t sekisho_region_is_cut(int32_t region);

/// Whether, since the program began, a read in some mapping met the new end of its file.
int32_t sekisho_regions_were_cut(void);

/// Installs the handler once; returns 0 or an error number.
///
/// From then on a read in a noted mapping gives zeros where its file no longer reaches. Any other
/// SIGBUS goes to the handler that was there before.
int32_t sekisho_regions_guard(void);

#endif
