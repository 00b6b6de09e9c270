// DPDK's rte_fib, rte_fib6 and rte_lpm6, by the driver's protocol; lookups in bursts of 64.
//
//   dpdk fib|fib6|lpm6 PREFIXES ADDRESSES
//
// rte_lpm is left out: it looks for a rule among all of its length before it adds it, which takes hours
// for a table of 770 thousand addresses, and it has no other way to be filled.
#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm6.h>
#include <rte_memory.h>
#include <rte_rib.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { BURST = 64 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(const char *why) {
  fprintf(stderr, "dpdk: %s\n", why);
  exit(2);
}

// Huge pages where they can be had, as ours and the other peers get them.
static int ask_for_huge_pages(const struct rte_memseg_list *list, void *unused) {
  (void)unused;
  madvise(list->base_va, list->len, MADV_HUGEPAGE);
  return 0;
}

// An address in network order and a length.
struct entry { uint8_t address[16]; uint8_t length; };

static struct entry *entries(const char *path, int is_six, size_t *count) {
  FILE *file = fopen(path, "r");
  if (!file) { perror(path); exit(2); }
  size_t room = 1 << 20;
  struct entry *list = malloc(room * sizeof *list);
  char line[128];
  *count = 0;
  while (fgets(line, sizeof line, file)) {
    struct entry entry = {.length = is_six ? 128 : 32};
    line[strcspn(line, "\r\n")] = 0;
    char *slash = strchr(line, '/');
    if (slash) { *slash = 0; entry.length = (uint8_t)atoi(slash + 1); }
    if (inet_pton(is_six ? AF_INET6 : AF_INET, line, entry.address) != 1) continue;
    if (*count == room) list = realloc(list, (room *= 2) * sizeof *list);
    list[(*count)++] = entry;
  }
  fclose(file);
  return list;
}

static int compare(const void *a, const void *b) { return memcmp(a, b, 16); }

// How many groups of 256 the levels below the first 24 bits need.
static size_t groups(struct entry *list, size_t count) {
  struct entry *sorted = malloc(count * sizeof *sorted);
  memcpy(sorted, list, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare);
  size_t sum = 0;
  for (int bytes = 3; bytes < 16; bytes++) {
    const uint8_t *last = NULL;
    for (size_t i = 0; i < count; i++) {
      if (sorted[i].length <= bytes * 8) continue;
      if (!last || memcmp(last, sorted[i].address, (size_t)bytes)) sum++;
      last = sorted[i].address;
    }
  }
  free(sorted);
  return sum;
}

static uint32_t four(const struct entry *entry) {
  uint32_t address;
  memcpy(&address, entry->address, 4);
  return ntohl(address);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  char *options[] = {argv[0], "--no-huge", "-m", "4096", "--no-pci", "--no-shconf",
                     "--log-level=3", "--no-telemetry"};
  if (rte_eal_init((int)(sizeof options / sizeof *options), options) < 0) return 2;
  rte_memseg_list_walk(ask_for_huge_pages, NULL);
  int is_six = strchr(argv[1], '6') != NULL, is_lpm = argv[1][0] == 'l';
  size_t count, asked;
  struct entry *list = entries(argv[2], is_six, &count), *queries = entries(argv[3], is_six, &asked);
  uint32_t *addresses = malloc(asked * sizeof *addresses);
  uint8_t(*sixes)[16] = malloc(asked * sizeof *sixes);
  for (size_t i = 0; i < asked; i++) {
    addresses[i] = four(&queries[i]);
    memcpy(sixes[i], queries[i].address, 16);
  }
  size_t tables = groups(list, count) + 1024;
  struct rte_fib *fib = NULL;
  struct rte_fib6 *fib6 = NULL;
  struct rte_lpm6 *lpm6 = NULL;
  double start = now();
  if (is_lpm) {
    struct rte_lpm6_config config = {.max_rules = (uint32_t)count + 16, .number_tbl8s = (uint32_t)tables};
    lpm6 = rte_lpm6_create("lpm6", 0, &config);
    if (!lpm6) fail("no lpm6");
    for (size_t i = 0; i < count; i++)
      if (rte_lpm6_add(lpm6, list[i].address, list[i].length, (uint32_t)(i + 1))) fail("lpm6 full");
  } else if (is_six) {
    // It sets aside more than it comes to need.
    tables *= 3;
    struct rte_fib6_conf config = {.type = RTE_FIB6_TRIE, .default_nh = 0, .max_routes = (int)count * 2 + 16,
                                   .trie = {.nh_sz = RTE_FIB6_TRIE_4B, .num_tbl8 = (uint32_t)tables}};
    fib6 = rte_fib6_create("fib6", 0, &config);
    if (!fib6) fail("no fib6");
    for (size_t i = 0; i < count; i++)
      if (rte_fib6_add(fib6, list[i].address, list[i].length, i + 1)) fail("fib6 full");
  } else {
    struct rte_fib_conf config = {.type = RTE_FIB_DIR24_8, .default_nh = 0, .max_routes = (int)count + 16,
                                  .dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_4B, .num_tbl8 = (uint32_t)tables}};
    fib = rte_fib_create("fib", 0, &config);
    if (!fib) fail("no fib");
    for (size_t i = 0; i < count; i++)
      if (rte_fib_add(fib, four(&list[i]), list[i].length, i + 1)) fail("fib full");
  }
  size_t bytes = ((size_t)1 << 24) * 4 + tables * 256 * 4;
  printf("{\"tool\":\"rte_%s\",\"entries\":%zu,\"build_seconds\":%.6f,\"structure_bytes\":%zu}\n",
         argv[1], count, now() - start, bytes);
  fflush(stdout);
  while (getchar() != EOF) {
    start = now();
    size_t matches = 0;
    for (size_t i = 0; i < asked; i += BURST) {
      unsigned n = asked - i < BURST ? (unsigned)(asked - i) : BURST;
      if (is_lpm) {
        int32_t hops[BURST];
        rte_lpm6_lookup_bulk_func(lpm6, sixes + i, hops, n);
        for (unsigned j = 0; j < n; j++) matches += hops[j] >= 0;
      } else {
        uint64_t hops[BURST];
        if (is_six) rte_fib6_lookup_bulk(fib6, sixes + i, hops, (int)n);
        else rte_fib_lookup_bulk(fib, addresses + i, hops, (int)n);
        for (unsigned j = 0; j < n; j++) matches += hops[j] != 0;
      }
    }
    printf("{\"seconds\":%.9f,\"matches\":%zu}\n", now() - start, matches);
    fflush(stdout);
  }
}
