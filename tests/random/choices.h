#pragma once
// The choices that a random program is made of, as a tree: each expression and statement draws its numbers in
// a part of its own. A program is a function of this tree, so that a failing one is made smaller by making
// the tree smaller: what is missing there is drawn as 0, and 0 always stands for the simplest. Every tree
// gives a well-typed program.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace dp::random {

struct Choice {
  std::uint64_t id = 0;  // stays when parts before it are taken out, and so do the names made of it
  std::vector<std::uint32_t> drawn;
  std::vector<Choice> parts;
};

class Choices {
 public:
  /// Draws at random, the same for the same seed.
  explicit Choices(std::uint64_t seed) : random_(seed), recording_(true) { open(nullptr); }
  /// Draws what the tree says, which must outlive this.
  explicit Choices(const Choice&& tree) = delete;
  explicit Choices(const Choice& tree) : recording_(false) { open(&tree); }

  /// A number below `below`.
  std::uint32_t draw(std::uint32_t below);
  bool one_in(std::uint32_t n) { return draw(n) == n - 1; }
  /// Which of the names, told by what they are, not by where they stand: another name that comes or goes does
  /// not change what is drawn, unless it is that.
  std::size_t pick(const std::vector<std::string>& names);
  /// Runs `work` with a part of its own.
  template <class F>
  auto part(F&& work) {
    enter();
    struct Leave {
      Choices& choices;
      ~Leave() { choices.levels_.pop_back(); }
    } leave{*this};
    return work();
  }
  /// A name of the present part, the same whenever the part is the same.
  std::string name(const std::string& stem);

  /// What was drawn, without what was not asked for.
  const Choice& tree() const { return root_; }

 private:
  struct Level {
    const Choice* source;  // nothing: draw zeros
    Choice* drawn;
    std::size_t next = 0;
    int names = 0;
  };
  void open(const Choice* source);
  void enter();

  std::mt19937_64 random_;
  bool recording_;
  std::uint64_t next_id_ = 0;
  Choice root_;
  std::vector<Level> levels_;
};

/// Whether the text of a tree is a smaller example of the same mistake.
template <class StillFails>
Choice shrink(Choice tree, int tries, StillFails&& still_fails);

/// All trees that are a little smaller, the largest steps first.
std::vector<Choice> smaller(const Choice& tree);
std::size_t weight(const Choice& tree);

template <class StillFails>
Choice shrink(Choice tree, int tries, StillFails&& still_fails) {
  for (bool better = true; better && tries > 0;) {
    better = false;
    for (const Choice& candidate : smaller(tree)) {
      if (tries-- <= 0) break;
      Choice kept;
      if (!still_fails(candidate, kept) || weight(kept) >= weight(tree)) continue;
      tree = std::move(kept);
      better = true;
      break;
    }
  }
  return tree;
}

}  // namespace dp::random
