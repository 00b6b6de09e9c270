/// The processors that a process may use, which the system's headers hide from Swift.
#ifndef SEKISHO_CPROCESSORS_H
#define SEKISHO_CPROCESSORS_H

/// Number of processors that the calling thread may run on; at least 1.
int sekisho_count_processors(void);

#endif
