#include "library/failure.h"

namespace dp::library {
namespace {

/// For when there is no memory to tell that there is no memory: never freed.
dp_failure& last_resort() {
  static const dp_failure_item item{"E4301", "there is not enough memory", "", 0, 0, 0};
  static dp_failure failure{DP_LIMIT_REACHED, "there is not enough memory\n", {item}, {}};
  return failure;
}

/// Room for one now, so that telling it later needs none.
[[maybe_unused]] const dp_failure& made_at_start = last_resort();

void add(dp_failure& failure, const Diagnostic& diagnostic, const Sources& sources) {
  const bool has_place = diagnostic.at.file != 0;
  const Position place =
      has_place ? sources.position(diagnostic.at.file, diagnostic.at.begin) : Position{0, 0};
  failure.texts.emplace_back(diagnostic.code);
  failure.texts.push_back(diagnostic.message);
  failure.texts.push_back(has_place ? sources[diagnostic.at.file].path : "");
  failure.items.push_back(
      {nullptr, nullptr, nullptr, place.line, place.column, diagnostic.severity == Severity::warning});
}

/// The texts stand still now.
dp_failure* finished(dp_failure failure) {
  auto* result = new dp_failure(std::move(failure));
  for (std::size_t k = 0; k < result->items.size(); ++k) {
    result->items[k].code = result->texts[3 * k].c_str();
    result->items[k].message = result->texts[3 * k + 1].c_str();
    result->items[k].file = result->texts[3 * k + 2].c_str();
  }
  return result;
}

}  // namespace

dp_failure* make_failure(const Diagnostics& diagnostics, const Sources& sources) {
  dp_failure failure;
  failure.failure_class = 0;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    add(failure, diagnostic, sources);
    if (failure.failure_class == 0 && diagnostic.severity == Severity::error)
      failure.failure_class = exit_code(diagnostic.code);
  }
  failure.text = render(diagnostics, sources);
  return finished(std::move(failure));
}

dp_failure* make_failure(const Diagnostic& diagnostic, const Sources& sources) {
  dp_failure failure{.failure_class = exit_code(diagnostic.code), .text = render(diagnostic, sources)};
  add(failure, diagnostic, sources);
  return finished(std::move(failure));
}

dp_failure* internal_failure(const char* what) noexcept {
  try {
    dp_failure failure{.failure_class = DP_INTERNAL_ERROR,
                       .text = "internal error: " + std::string(what) + "\n",
                       .items = {{nullptr, nullptr, nullptr, 0, 0, 0}},
                       .texts = {"internal", what, ""}};
    return finished(std::move(failure));
  } catch (...) { return &last_resort(); }
}

dp_failure* memory_failure() noexcept { return &last_resort(); }

Diagnostic misuse(const std::string& function, const std::string& why) {
  return diagnose(diag::HostArgument, {}, function, why);
}

}  // namespace dp::library

int dp_failure_class(const dp_failure* failure) { return failure == nullptr ? 0 : failure->failure_class; }

const char* dp_failure_text(const dp_failure* failure) {
  return failure == nullptr ? "" : failure->text.c_str();
}

size_t dp_failure_count(const dp_failure* failure) { return failure == nullptr ? 0 : failure->items.size(); }

const dp_failure_item* dp_failure_at(const dp_failure* failure, size_t index) {
  return index < dp_failure_count(failure) ? &failure->items[index] : nullptr;
}

void dp_free_failure(dp_failure* failure) {
  if (failure != dp::library::memory_failure()) delete failure;
}
