#include "tests/random/choices.h"

#include <functional>

namespace dp::random {
namespace {

constexpr std::uint64_t first_new_id = 1'000'000;

std::uint64_t mixed(std::uint64_t x) {  // the finalizer of splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(std::uint32_t drawn, const std::string& name) {
  std::uint64_t state = drawn + 1;
  for (const char letter : name) state = mixed(state * 257 + static_cast<unsigned char>(letter));
  return state;
}

/// Trees that differ from `tree` in one place; `rebuild` puts the changed part into the whole.
void vary(const Choice& part, const std::function<void(Choice)>& put) {
  if (!part.drawn.empty() || !part.parts.empty()) put({part.id, {}, {}});
  for (const Choice& child : part.parts)
    if (!child.parts.empty()) put(child);
  for (std::size_t k = part.parts.size(); k-- > 0;) {
    Choice less = part;
    less.parts.erase(less.parts.begin() + static_cast<std::ptrdiff_t>(k));
    put(less);
    if (less.drawn.empty() || less.drawn[0] == 0) continue;
    --less.drawn[0];  // a list begins with its length
    put(std::move(less));
  }
  for (std::size_t k = 0; k < part.parts.size(); ++k) {
    vary(part.parts[k], [&](Choice child) {
      Choice changed = part;
      changed.parts[k] = std::move(child);
      put(std::move(changed));
    });
  }
  for (std::size_t k = 0; k < part.drawn.size(); ++k) {
    for (const std::uint32_t value : {0u, part.drawn[k] / 2, part.drawn[k] - 1}) {
      if (part.drawn[k] == 0 || value >= part.drawn[k]) continue;
      Choice changed = part;
      changed.drawn[k] = value;
      put(std::move(changed));
    }
  }
}

}  // namespace

void Choices::open(const Choice* source) {
  root_.id = source ? source->id : next_id_++;
  if (source) next_id_ = first_new_id;
  levels_.push_back({source, &root_});
}

void Choices::enter() {
  Level& above = levels_.back();
  const std::size_t position = above.drawn->parts.size();
  const Choice* source =
      above.source && position < above.source->parts.size() ? &above.source->parts[position] : nullptr;
  above.drawn->parts.push_back({source ? source->id : next_id_++, {}, {}});
  levels_.push_back({source, &above.drawn->parts.back()});
}

std::uint32_t Choices::draw(std::uint32_t below) {
  Level& level = levels_.back();
  std::uint32_t value = 0;
  if (recording_)
    value = static_cast<std::uint32_t>(random_() % below);
  else if (level.source && level.next < level.source->drawn.size())
    value = level.source->drawn[level.next] % below;
  ++level.next;
  level.drawn->drawn.push_back(value);
  return value;
}

std::size_t Choices::pick(const std::vector<std::string>& names) {
  const std::uint32_t drawn = draw(1u << 16);
  std::size_t best = 0;
  for (std::size_t k = 1; k < names.size(); ++k)
    if (hash_of(drawn, names[k]) > hash_of(drawn, names[best])) best = k;
  return best;
}

std::string Choices::name(const std::string& stem) {
  Level& level = levels_.back();
  const int count = level.names++;
  return stem + std::to_string(level.drawn->id) + (count ? "_" + std::to_string(count) : "");
}

std::vector<Choice> smaller(const Choice& tree) {
  std::vector<Choice> result;
  vary(tree, [&](Choice changed) { result.push_back(std::move(changed)); });
  return result;
}

std::size_t weight(const Choice& tree) {
  std::size_t result = 4;
  for (const std::uint32_t drawn : tree.drawn) result += drawn > 0 ? 2 + (drawn > 1) : 1;
  for (const Choice& part : tree.parts) result += weight(part);
  return result;
}

}  // namespace dp::random
