#pragma once
// Ctrl-C and termination, made polite: the first signal is only noted, so that the step in hand can be
// finished and saved; the second ends the process at once. Signals that writing can raise (a closed pipe, a
// file that grew too large) are ignored, so that the write itself fails with an error.

namespace dp {

/// While it lives, SIGINT and SIGTERM are noted. One at a time.
class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  /// The signal that came, or 0.
  int received() const;
};

}  // namespace dp
