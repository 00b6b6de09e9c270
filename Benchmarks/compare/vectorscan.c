// Vectorscan's literal search, by the driver's protocol.
//
//   vectorscan PATTERNS INPUT [nocase]
//
// Prints what it built; then for each line on standard input scans once and prints seconds and matches.
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *contents(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(2); }
  fseek(file, 0, SEEK_END);
  *count = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*count + 1);
  if (fread(bytes, 1, *count, file) != *count) exit(2);
  bytes[*count] = '\n';
  fclose(file);
  return bytes;
}

static int matched(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                   void *context) {
  (void)id; (void)from; (void)to; (void)flags;
  ++*(unsigned long long *)context;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  size_t pattern_bytes, input_bytes;
  char *patterns = contents(argv[1], &pattern_bytes), *input = contents(argv[2], &input_bytes);
  size_t count = 0, room = 1024;
  const char **starts = malloc(room * sizeof *starts);
  size_t *lengths = malloc(room * sizeof *lengths);
  for (char *at = patterns, *end = patterns + pattern_bytes; at < end;) {
    char *stop = memchr(at, '\n', (size_t)(end - at) + 1);
    if (stop > at) {
      if (count == room) {
        room *= 2;
        starts = realloc(starts, room * sizeof *starts);
        lengths = realloc(lengths, room * sizeof *lengths);
      }
      starts[count] = at;
      lengths[count++] = (size_t)(stop - at);
    }
    at = stop + 1;
  }
  unsigned *flags = calloc(count, sizeof *flags), *ids = calloc(count, sizeof *ids);
  for (size_t i = 0; i < count; i++) {
    flags[i] = argc > 3 ? HS_FLAG_CASELESS : 0;
    ids[i] = (unsigned)i;
  }
  double start = now();
  hs_database_t *database;
  hs_compile_error_t *error;
  if (hs_compile_lit_multi(starts, flags, ids, lengths, (unsigned)count, HS_MODE_BLOCK, NULL,
                           &database, &error)) {
    fprintf(stderr, "vectorscan: %s\n", error->message);
    return 2;
  }
  double build = now() - start;
  size_t size = 0;
  hs_database_size(database, &size);
  hs_scratch_t *scratch = NULL;
  if (hs_alloc_scratch(database, &scratch)) return 2;
  printf("{\"tool\":\"vectorscan %s\",\"entries\":%zu,\"build_seconds\":%.6f,\"structure_bytes\":%zu}\n",
         hs_version(), count, build, size);
  fflush(stdout);
  while (getchar() != EOF) {
    unsigned long long matches = 0;
    start = now();
    hs_scan(database, input, (unsigned)input_bytes, 0, scratch, matched, &matches);
    printf("{\"seconds\":%.9f,\"matches\":%llu}\n", now() - start, matches);
    fflush(stdout);
  }
}
