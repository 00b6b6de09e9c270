#define _GNU_SOURCE
#include "include/CProcessors.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

int sekisho_count_processors(void) {
  // The system refuses a set that has not a bit for each processor that the machine may have.
  for (int most = 1024; most <= 1 << 20; most *= 4) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) break;
    const size_t size = CPU_ALLOC_SIZE(most);
    const int answer = sched_getaffinity(0, size, set);
    const int number = errno;
    const int count = answer == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
    if (answer == 0 || number != EINVAL) break;
  }
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}
