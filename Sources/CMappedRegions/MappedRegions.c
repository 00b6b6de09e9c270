#define _GNU_SOURCE
#include "include/CMappedRegions.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/// More databases than anybody opens at once; further ones are not guarded.
enum { REGION_COUNT = 256 };

enum { FREE, CLAIMED, IN_USE };

/// Only lock-free atomics, so that the handler may read them on whichever thread it runs.
static struct {
  atomic_int state;
  atomic_int is_cut;
  atomic_uintptr_t start;
  atomic_uintptr_t end;
} regions[REGION_COUNT];

static atomic_int guard_state;
static atomic_int were_cut;
/// Written before the handler is installed.
static uintptr_t page_size;
static struct sigaction previous;

int32_t sekisho_region_add(const void *start, size_t count) {
  for (int32_t index = 0; index < REGION_COUNT; index++) {
    int expected = FREE;
    if (!atomic_compare_exchange_strong(&regions[index].state, &expected, CLAIMED)) continue;
    atomic_store(&regions[index].is_cut, 0);
    atomic_store(&regions[index].start, (uintptr_t)start);
    atomic_store(&regions[index].end, (uintptr_t)start + count);
    atomic_store(&regions[index].state, IN_USE);
    return index;
  }
  return -1;
}

void sekisho_region_remove(int32_t region) {
  if (region >= 0 && region < REGION_COUNT) atomic_store(&regions[region].state, FREE);
}

int32_t sekisho_region_is_cut(int32_t region) {
  if (region < 0 || region >= REGION_COUNT) return 0;
  return atomic_load(&regions[region].is_cut);
}

int32_t sekisho_regions_were_cut(void) { return atomic_load(&were_cut); }

/// Maps zeros over the lost part of the noted mapping that holds an address; returns whether it
/// did.
static int mend(uintptr_t address) {
  for (int index = 0; index < REGION_COUNT; index++) {
    if (atomic_load(&regions[index].state) != IN_USE) continue;
    uintptr_t start = atomic_load(&regions[index].start);
    uintptr_t end = atomic_load(&regions[index].end);
    if (address < start || address >= end) continue;
    // The place may have been given to another mapping meanwhile, which has another end.
    if (atomic_load(&regions[index].state) != IN_USE) continue;
    if (atomic_load(&regions[index].start) != start) continue;
    uintptr_t page = address & ~(page_size - 1);
    // Set before the pages change, so that whoever reads zeros can know.
    atomic_store(&regions[index].is_cut, 1);
    atomic_store(&were_cut, 1);
    void *zeros = mmap(
        (void *)page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return zeros != MAP_FAILED;
  }
  return 0;
}

static void handle(int number, siginfo_t *info, void *context) {
  int error = errno;
  // Positive codes are faults of this thread; signals with others were sent by some process.
  int is_mended = info->si_code > 0 && mend((uintptr_t)info->si_addr);
  errno = error;
  if (is_mended) return;
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(number, info, context);
  } else if (previous.sa_handler == SIG_IGN && info->si_code <= 0) {
    return;
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(number);
  } else {
    // On return the fault comes again, and ends the program as it would have without the handler; a
    // signal that was sent is raised again.
    signal(number, SIG_DFL);
    if (info->si_code <= 0) raise(number);
  }
}

int32_t sekisho_regions_guard(void) {
  int expected = 0;
  if (!atomic_compare_exchange_strong(&guard_state, &expected, 1)) return 0;
  page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
  if (sigaction(SIGBUS, NULL, &previous) != 0) return errno;
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  return sigaction(SIGBUS, &action, NULL) == 0 ? 0 : errno;
}
