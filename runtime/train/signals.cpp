#include "runtime/train/signals.h"

#include <unistd.h>
#include <csignal>

#include <array>

namespace dp {
namespace {

constexpr std::array<int, 4> signals = {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};

// A signal handler can reach nothing but globals.
volatile std::sig_atomic_t noted = 0;
std::array<struct sigaction, signals.size()> before;

void note(int signal) {
  if (noted != 0) _exit(128 + signal);
  noted = signal;
}

}  // namespace

SignalGuard::SignalGuard() {
  noted = 0;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    struct sigaction action = {};
    action.sa_handler = i < 2 ? note : SIG_IGN;
    action.sa_flags = SA_RESTART;
    sigaction(signals[i], &action, &before[i]);
  }
}

SignalGuard::~SignalGuard() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before[i], nullptr);
}

int SignalGuard::received() const { return noted; }

}  // namespace dp
