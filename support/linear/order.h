#pragma once
// Sorting: stable, NaN last where ascending and first where descending, so that one is the other reversed but
// for equal elements. Of all scalar types; −0 equals 0.

#include "support/linear/format.h"

namespace dp::linear {

/// NaN is larger than all numbers, and equal to itself.
template <class T>
bool is_less(T x, T y) {
  return x < y || (x == x && y != y);
}

/// Stands before y without question.
template <class T>
bool comes_before(T x, T y, bool descending) {
  return descending ? is_less(y, x) : is_less(x, y);
}

/// The runs from[begin..middle) and from[middle..end) as one.
template <class T, class I>
void merge(const T* x, const I* from, Count begin, Count middle, Count end, bool descending, I* to) {
  Count left = begin, right = middle;
  for (Count k = begin; k < end; ++k) {
    const bool takes_right =
        left == middle || (right < end && comes_before(x[static_cast<Count>(from[right])],
                                                       x[static_cast<Count>(from[left])], descending));
    to[k] = takes_right ? from[right++] : from[left++];
  }
}

/// order[n]: the positions of the elements of x[n] in their order. `work` holds n. Runs of twice the length
/// are merged until there is one.
template <class T, class I>
void argsort(const T* x, Count n, bool descending, I* order, I* work) {
  I *from = order, *to = work;
  for (Count k = 0; k < n; ++k) from[k] = static_cast<I>(k);
  for (Count run = 1; run < n; run *= 2) {
    for (Count begin = 0; begin < n; begin += 2 * run) {
      const Count middle = begin + run < n ? begin + run : n;
      const Count end = begin + 2 * run < n ? begin + 2 * run : n;
      merge(x, from, begin, middle, end, descending, to);
    }
    I* other = from;
    from = to;
    to = other;
  }
  if (from != order) copy(from, order, n);
}

/// The elements of x[n] in their order; `work` holds 2n.
template <class T, class I>
void sort(const T* x, Count n, bool descending, T* result, I* work) {
  argsort(x, n, descending, work, work + n);
  for (Count k = 0; k < n; ++k) result[k] = x[static_cast<Count>(work[k])];
}

/// result[m]: for each element of x the first position of the ascending sorted[n] whose element is not
/// smaller; n where there is none.
template <class T, class I>
void searchsorted(const T* sorted, const T* x, Count n, Count m, I* result) {
  for (Count k = 0; k < m; ++k) {
    Count first = 0, end = n;
    while (first < end) {
      const Count middle = first + (end - first) / 2;
      if (is_less(sorted[middle], x[k])) {
        first = middle + 1;
      } else {
        end = middle;
      }
    }
    result[k] = static_cast<I>(first);
  }
}

}  // namespace dp::linear
