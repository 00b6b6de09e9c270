// DPDK's rte_lpm and rte_fib, by the driver's protocol; lookups in bursts of 64.
//
//   dpdk lpm|fib PREFIXES ADDRESSES
#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_lpm.h>
#include <rte_rib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct entry { uint32_t address; uint8_t length; };

static struct entry *entries(const char *path, size_t *count) {
  FILE *file = fopen(path, "r");
  if (!file) { perror(path); exit(2); }
  size_t room = 1 << 20;
  struct entry *list = malloc(room * sizeof *list);
  char line[64];
  *count = 0;
  while (fgets(line, sizeof line, file)) {
    unsigned a, b, c, d, length = 32;
    if (sscanf(line, "%u.%u.%u.%u/%u", &a, &b, &c, &d, &length) < 4) continue;
    if (*count == room) list = realloc(list, (room *= 2) * sizeof *list);
    list[(*count)++] = (struct entry){a << 24 | b << 16 | c << 8 | d, (uint8_t)length};
  }
  fclose(file);
  return list;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  char *options[] = {argv[0], "--no-huge", "-m", "4096", "--no-pci", "--no-shconf",
                     "--log-level=3", "--no-telemetry"};
  if (rte_eal_init((int)(sizeof options / sizeof *options), options) < 0) return 2;
  size_t count, asked;
  struct entry *list = entries(argv[2], &count), *queries = entries(argv[3], &asked);
  uint32_t *addresses = malloc(asked * sizeof *addresses);
  for (size_t i = 0; i < asked; i++) addresses[i] = queries[i].address;
  int is_fib = !strcmp(argv[1], "fib");
  uint32_t groups = 0, last = 1;
  for (size_t i = 0; i < count; i++) {
    if (list[i].length > 24 && list[i].address >> 8 != last) { last = list[i].address >> 8; groups++; }
  }
  double start = now();
  struct rte_lpm *lpm = NULL;
  struct rte_fib *fib = NULL;
  size_t bytes;
  if (is_fib) {
    struct rte_fib_conf config = {.type = RTE_FIB_DIR24_8, .default_nh = 0, .max_routes = (int)count + 16,
                                  .dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_4B, .num_tbl8 = groups + 1024}};
    fib = rte_fib_create("fib", 0, &config);
    if (!fib) { fprintf(stderr, "dpdk: no fib\n"); return 2; }
    for (size_t i = 0; i < count; i++)
      if (rte_fib_add(fib, list[i].address, list[i].length, i + 1)) { fprintf(stderr, "dpdk: full\n"); return 2; }
    bytes = ((size_t)1 << 24) * 4 + (size_t)(groups + 1024) * 256 * 4;
  } else {
    struct rte_lpm_config config = {.max_rules = (uint32_t)count + 16, .number_tbl8s = groups + 1024};
    lpm = rte_lpm_create("lpm", 0, &config);
    if (!lpm) { fprintf(stderr, "dpdk: no lpm\n"); return 2; }
    // A next hop has 24 bits.
    for (size_t i = 0; i < count; i++)
      if (rte_lpm_add(lpm, list[i].address, list[i].length, (uint32_t)(i & 0xFFFFFF))) { fprintf(stderr, "dpdk: full\n"); return 2; }
    bytes = ((size_t)1 << 24) * 4 + (size_t)(groups + 1024) * 256 * 4;
  }
  printf("{\"tool\":\"%s\",\"entries\":%zu,\"build_seconds\":%.6f,\"structure_bytes\":%zu}\n",
         is_fib ? "rte_fib" : "rte_lpm", count, now() - start, bytes);
  fflush(stdout);
  while (getchar() != EOF) {
    start = now();
    size_t matches = 0;
    for (size_t i = 0; i < asked; i += 64) {
      unsigned n = asked - i < 64 ? (unsigned)(asked - i) : 64;
      if (is_fib) {
        uint64_t hops[64];
        rte_fib_lookup_bulk(fib, addresses + i, hops, (int)n);
        for (unsigned j = 0; j < n; j++) matches += hops[j] != 0;
      } else {
        uint32_t hops[64];
        rte_lpm_lookup_bulk(lpm, addresses + i, hops, n);
        for (unsigned j = 0; j < n; j++) matches += (hops[j] & RTE_LPM_LOOKUP_SUCCESS) != 0;
      }
    }
    printf("{\"seconds\":%.9f,\"matches\":%zu}\n", now() - start, matches);
    fflush(stdout);
  }
}
