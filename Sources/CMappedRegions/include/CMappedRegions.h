/// Mapped files that another process may cut while they are read.
///
/// A read behind the new end of such a file raises SIGBUS. A handler may do very little: no memory, no lock, no
/// initialisation that waits for first use, none of which Swift promises. So the table and the handler are here.
#ifndef SEKISHO_CMAPPEDREGIONS_H
#define SEKISHO_CMAPPEDREGIONS_H

#include <stddef.h>
#include <stdint.h>

/// Notes a mapping for the handler; the number of its place, or -1 where all places are taken.
int32_t sekisho_region_add(const void *_Nonnull start, size_t count);

/// Takes a mapping back, before it is undone; nothing for -1.
void sekisho_region_remove(int32_t region);

/// Whether zeros stand for part of a mapping, since its file has become shorter.
int32_t sekisho_region_is_cut(int32_t region);

/// Whether a read in some mapping met the new end of its file since the program began.
int32_t sekisho_regions_were_cut(void);

/// Installs the handler once; 0, or an error number.
///
/// A read in a mapping that was noted, and whose file no longer reaches there, then gives zeros. Any other SIGBUS
/// goes to the handler that was there before.
int32_t sekisho_regions_guard(void);

#endif
