# Writes token_kinds.h from the token vocabulary that ANTLR wrote: the same numbers, without ANTLR's headers.
#   cmake -DVOCABULARY=Dp.tokens -DHEADER=token_kinds.h -P token_kinds.cmake
file(STRINGS ${VOCABULARY} lines REGEX "^[A-Z_]+=[0-9]+$")
set(rows "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([A-Z_]+)=([0-9]+)$" matched "${line}")
  string(TOLOWER ${CMAKE_MATCH_1} word)
  string(APPEND rows "  ${word}_ = ${CMAKE_MATCH_2},\n")
endforeach()
file(WRITE ${HEADER} "#pragma once
// Generated from grammar/Dp.g4: the kinds of tokens.

#include <cstdint>

namespace dp {

enum class TokenKind : std::uint16_t {
  eof_ = 0,
${rows}};

}  // namespace dp
")
