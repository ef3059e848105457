// Derivatives of the library's functions, in f64, against central differences. A row is a function of a
// vector to a number, and where.

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/dpc/run_text.h"

namespace {

struct Differentiated {
  std::string value;  // of x
  std::string at;
};

/// The largest difference of the gradient and central differences, relative to 1.
double gap_of(const Differentiated& row) {
  const std::string text = "precision f64\nfn f(x: real[6]) -> real { " + row.value +
                           " }\nfn gap(x: real[6]) -> real {\n  g = grad f(x) wrt x\n"
                           "  d = for i in 0..6 { e = 1e-5 * one_hot(i, 6); (f(x + e) - f(x - e)) / 2e-5 }\n"
                           "  max(abs(g - d) / (1 + abs(d)))\n}\nfn main() = gap(" +
                           row.at + ")\n";
  UNSCOPED_INFO(text);
  const std::string said = dp::tests::run_text(text);
  return said.starts_with("E") ? NAN : std::stod(said);
}

void check(const std::vector<Differentiated>& rows) {
  for (const Differentiated& row : rows) {
    INFO(row.value << " at " << row.at);
    CHECK(gap_of(row) < 1e-8);
  }
}

const std::string six = "[0.3, -0.7, 1.1, 0.4, -0.2, 0.9]";
const std::string shares = "[0.1, 0.2, 0.3, 0.15, 0.05, 0.2]";
/// To a number, with another weight for each element.
const std::string weigh = "; (sum i: sin(real(i) + 1) * flatten(r)[i])";

}  // namespace

TEST_CASE("gradients of what moves elements", "[library][gradients]") {
  check({
      {"r = roll(x, 2)" + weigh, six},
      {"r = tril(x as [2, 3])" + weigh, six},
      {"r = triu(x as [2, 3], k = 1)" + weigh, six},
      {"r = diag(x)" + weigh, six},
      {"r = diagonal(outer(x, x))" + weigh, six},
      {"(a, b) = unstack((x as [3, 2])^2, over = 1); sum(a * b) + sum(a)", six},
      {"r = repeat(x as [2, 3], 2, over = 0)^2" + weigh, six},
      {"r = tile(x as [2, 3], [2, 3])^2" + weigh, six},
      {"r = pad(x as [2, 3], [(1, 0), (2, 1)], value = 3)^2" + weigh, six},
      {"r = scatter_add(x, [1, 1, 4], x[..3]^2)" + weigh, six},
      {"r = scatter_set(x, [1, 1, 4], x[..3]^2)" + weigh, six},
      {"r = cumsum(x as [2, 3], over = 0)^2 + cumsum(x as [2, 3])" + weigh, six},
      {"r = cumprod(x as [2, 3])" + weigh, six},
      {"r = cumprod(where(x > 1, 0, x))" + weigh, six},
      {"median(x) + median(x[..5]) * 2", six},
  });
}

TEST_CASE("gradients of convolutions and pools", "[library][gradients]") {
  const std::string images = "v = for i in 0..36: sin(real(i) + sum(x)); w = v as [1, 3, 6, 2]; ";
  const std::string kernel = "m = for i in 0..24: cos(real(i) * x[0] + x[1]); ";
  check({
      {images + kernel + "r = conv2d(w, m as [2, 2, 2, 3])" + weigh, six},
      {images + kernel + "r = conv2d(w, m as [2, 3, 2, 2], stride = 2, padding = 1)" + weigh, six},
      {images + kernel + "r = conv2d(w, m as [2, 2, 1, 6], groups = 2, dilation = 2)" + weigh, six},
      {images + kernel + "r = conv2d(w, m as [2, 3, 2, 2], padding = \"same\")" + weigh, six},
      {images + kernel + "r = conv1d(w as [3, 6, 2], m as [4, 2, 3], stride = 2, padding = 2)" + weigh, six},
      {images + "r = max_pool(w, 2)" + weigh, six},
      {images + "r = max_pool(w, 2, stride = 1)" + weigh, six},
      {images + "r = avg_pool(w, 3, stride = 2)^2" + weigh, six},
  });
}

TEST_CASE("gradients of losses and of information", "[library][gradients]") {
  check({
      {"info_nce(x as [3, 2], sin(x) as [3, 2])", six},
      {"info_nce(x as [3, 2], sin(x) as [3, 2], temperature = 0.5)", six},
      {"triplet(x as [3, 2], sin(2 * x) as [3, 2], cos(x) as [3, 2])", six},
      {"triplet(x[..2], x[2..4], x[4..], margin = 3)", six},
      {"mutual_information(x as [2, 3])", shares},
      {"entropy(x) + kl_divergence(x, x^2) + cross_entropy_probs(x, sqrt(x))", shares},
      {"huber(x, 2 * x, delta = 0.5) + mse(x, x^2) + mae(x, sin(3 * x) + 2)", six},
      {"cross_entropy(x as [2, 3], [1, 0]) + nll(x as [2, 3], [1, 2])", six},
      {"gaussian_nll(x, exp(x), sin(x)) + poisson_nll(x, exp(x)) + bce_with_logits(x, sigmoid(2 * x))", six},
      {"hinge(x, cos(x)) + bradley_terry(x, x^2)", six},
  });
}

TEST_CASE("gradients of densities and of incomplete functions", "[library][gradients]") {
  const std::string places = "[0.3, 1.7, 4.1, 12.5, 25.5, 31.0]";
  check({
      {"categorical_logpmf(2, x) + sum(categorical_logpmf([1, 0], x as [2, 3]))", six},
      {"multivariate_normal_logpdf(x[..2], x[2..4], tril(outer(x[4..], x[4..]) + 2 * eye(2)))", six},
      {"sum(gamma_p(x, 3.0)) + sum(gamma_q(2 * x, x))", places},
      {"sum(gamma_p(0.3, x)) + sum(gamma_p(15.0, x)) + sum(gamma_p(28.0, x))", places},
      {"sum(poisson_cdf(7.0, x))", places},
      {"sum(beta_inc(x, 2.5, 0.4)) + sum(beta_inc(3.5, x, 0.2)) + sum(beta_inc(2.0, 3.0, x / 40))", places},
      {"sum(beta_inc(2 * x, x, 0.65))", places},
      {"sum(normal_logpdf(x, 0.5, 2.0)) + sum(normal_cdf(x)) + sum(student_t_logpdf(x, x))", places},
      {"sum(gamma_logpdf(x, x, 2.0)) + sum(beta_logpdf(x / 40, x, 2 * x)) + sum(poisson_logpmf(x, x))",
       places},
      {"g = grad sum(gamma_p(x, 9.0) + gamma_q(4.0, x)) wrt x; sum(sin(x) * g)", places},
      {"g = grad sum(beta_inc(x, x + 1, 0.3)) wrt x; sum(g * x)", places},
  });
}
