// absl::flat_hash_set with XXH3, by the driver's protocol.
//
//   keys KEYS QUERIES [hex]
#include <absl/container/flat_hash_set.h>
#include <xxhash.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

static std::string contents(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(2); }
  fseek(file, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(ftell(file)), 0);
  rewind(file);
  if (fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) exit(2);
  fclose(file);
  return bytes;
}

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

// The lines' bytes end to end, and a view of each.
struct Lines {
  std::string bytes;
  std::vector<std::string_view> views;
  Lines(const std::string &text, bool hex) {
    bytes.reserve(text.size());
    std::vector<size_t> ends;
    for (size_t at = 0; at < text.size();) {
      size_t end = text.find('\n', at);
      if (end == std::string::npos) end = text.size();
      if (end > at) {
        if (hex)
          for (size_t i = at; i + 1 < end; i += 2)
            bytes.push_back(static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1])));
        else
          bytes.append(text, at, end - at);
        ends.push_back(bytes.size());
      }
      at = end + 1;
    }
    size_t start = 0;
    for (size_t end : ends) {
      views.emplace_back(bytes.data() + start, end - start);
      start = end;
    }
  }
};

struct Digest32 {
  char bytes[32];
  bool operator==(const Digest32 &other) const { return !memcmp(bytes, other.bytes, 32); }
};
struct Hash {
  size_t operator()(std::string_view key) const { return XXH3_64bits(key.data(), key.size()); }
  size_t operator()(const Digest32 &key) const { return XXH3_64bits(key.bytes, 32); }
};

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Set, class Query>
static void serve(const Set &set, const std::vector<Query> &queries, double build, size_t bytes) {
  printf("{\"tool\":\"absl::flat_hash_set, XXH3\",\"entries\":%zu,\"build_seconds\":%.6f,"
         "\"structure_bytes\":%zu}\n", set.size(), build, bytes);
  fflush(stdout);
  while (getchar() != EOF) {
    double start = now();
    size_t matches = 0;
    for (const Query &query : queries) matches += set.contains(query);
    printf("{\"seconds\":%.9f,\"matches\":%zu}\n", now() - start, matches);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  bool hex = argc > 3;
  Lines keys(contents(argv[1]), hex), queries(contents(argv[2]), hex);
  if (hex) {
    // Digests in the table itself, which is the best that it can do for them.
    auto digest = [](std::string_view view) {
      Digest32 key;
      memcpy(key.bytes, view.data(), 32);
      return key;
    };
    std::vector<Digest32> asked;
    for (auto view : queries.views) asked.push_back(digest(view));
    double start = now();
    absl::flat_hash_set<Digest32, Hash> set;
    set.reserve(keys.views.size());
    for (auto view : keys.views) set.insert(digest(view));
    serve(set, asked, now() - start, set.capacity() * 33);
  } else {
    double start = now();
    absl::flat_hash_set<std::string_view, Hash> set;
    set.reserve(keys.views.size());
    for (auto view : keys.views) set.insert(view);
    serve(set, queries.views, now() - start, set.capacity() * 17 + keys.bytes.size());
  }
}
