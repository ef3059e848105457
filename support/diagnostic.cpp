#include "support/diagnostic.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace dp {
namespace {

constexpr auto entries = std::to_array<CatalogueEntry>({
#define DIAGNOSTIC(code, name, arguments, message, explanation) {#code, #name, message, explanation},
#include "support/diagnostics/all.def"
#include "support/diagnostics/library.def"
#undef DIAGNOSTIC
});

bool is_same(const Diagnostic& left, const Diagnostic& right) {
  return left.code == right.code && left.at == right.at && left.message == right.message &&
         left.caret == right.caret;
}

bool is_before(const Diagnostic& left, const Diagnostic& right) {
  return std::tie(left.at.file, left.at.begin) < std::tie(right.at.file, right.at.begin);
}

}  // namespace

std::span<const CatalogueEntry> catalogue() { return entries; }

const CatalogueEntry* find_in_catalogue(std::string_view code) {
  const auto found = std::ranges::find(entries, code, &CatalogueEntry::code);
  return found == entries.end() ? nullptr : &*found;
}

int exit_code(std::string_view code) {
  if (code.starts_with('W')) return 0;
  if (code.starts_with("E0")) return 1;
  if (code.starts_with("E1") || code.starts_with("E2")) return 2;
  if (code.starts_with("E3")) return 3;
  if (code.starts_with("E4")) return 4;
  return 70;
}

void Diagnostics::report(Diagnostic diagnostic) {
  const auto [first, last] = std::equal_range(all_.begin(), all_.end(), diagnostic, is_before);
  const auto repeats = [&](const Diagnostic& earlier) { return is_same(earlier, diagnostic); };
  if (std::none_of(first, last, repeats)) all_.insert(last, std::move(diagnostic));
}

bool Diagnostics::has_errors() const {
  return std::ranges::any_of(all_, [](const Diagnostic& each) { return each.severity == Severity::error; });
}

}  // namespace dp
