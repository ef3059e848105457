#include <catch2/catch.hpp>

#include <cctype>
#include <set>

#include "support/diagnostic.h"

using namespace dp;

TEST_CASE("every row of the catalogue has a well-formed code of its own and an explanation", "[diagnostic]") {
  std::set<std::string_view> codes, names;
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    CHECK(codes.insert(entry.code).second);
    CHECK(names.insert(entry.name).second);
    CHECK(entry.code.size() == 5);
    CHECK((entry.code[0] == 'E' || entry.code[0] == 'W'));
    for (const char digit : entry.code.substr(1)) CHECK(std::isdigit(static_cast<unsigned char>(digit)));
    CHECK(entry.explanation.size() > 20);
    CHECK_FALSE(entry.message.empty());
  }
  CHECK(find_in_catalogue("E1001")->name == "FileNotReadable");
  CHECK(find_in_catalogue("E9999") == nullptr);
}

TEST_CASE("exit codes go by the family of the code", "[diagnostic]") {
  CHECK(exit_code("E0203") == 1);
  CHECK(exit_code("E1001") == 2);
  CHECK(exit_code("E2001") == 2);
  CHECK(exit_code("E3101") == 3);
  CHECK(exit_code("E4101") == 4);
  CHECK(exit_code("W0001") == 0);
}

TEST_CASE("did_you_mean finds what is near, and nothing else", "[diagnostic]") {
  const std::vector<std::string> names = {"relu", "gelu", "softmax", "cross_entropy", "w", "fc1", "hidden"};
  CHECK(did_you_mean("rleu", names) == "relu");  // a swap is one edit
  CHECK(did_you_mean("Relu", names) == "relu");
  CHECK(did_you_mean("W", names) == "w");  // case alone
  CHECK(did_you_mean("sofmax", names) == "softmax");
  CHECK(did_you_mean("crossentropy", names) == "cross_entropy");
  CHECK(did_you_mean("hiden", names) == "hidden");
  CHECK(did_you_mean("fc2", names) == "fc1");
  CHECK(did_you_mean("x", names).empty());  // one letter is no likeness
  CHECK(did_you_mean("q9", names).empty());
  CHECK(did_you_mean("transpose", names).empty());
  CHECK(did_you_mean("", names).empty());
  CHECK(did_you_mean("relu", {}).empty());
}
