#!/usr/bin/env python3
"""Computes the polynomial coefficients of ir/math_coefficients.h (needs mpmath).

Each row of FITS asks for the polynomial p of a given number of terms that makes the largest |weight(x) * (f(x) - p(z(x)))|
over an interval smallest, found by Remez exchange on a dense grid in 60-digit arithmetic. The leading coefficients
are then rounded to the format one by one, the others fitted anew after each, so that rounding costs nothing.

Usage: scripts/fit_coefficients.py > ir/math_coefficients.h        all rows; the error of each goes to stderr
       scripts/fit_coefficients.py NAME                            one row, to try a degree
"""
import struct
import sys
from multiprocessing import Pool

from mpmath import mp, mpf, matrix, lu_solve

mp.dps = 60
GRID = 1200
REFITTED = 4  # how many leading coefficients are rounded before the others are fitted anew


def to_single(value):
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def to_double(value):
    return mpf(float(value))


def chebyshev_grid(low, high):
    return [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (GRID - 1)) for k in range(GRID)]


def alternation(errors, count):
    """Positions of `count` alternating extrema: the largest of each run of equal sign, then the best window."""
    peaks = [0]
    for k in range(1, len(errors)):
        if (errors[k] > 0) == (errors[peaks[-1]] > 0):
            if abs(errors[k]) > abs(errors[peaks[-1]]):
                peaks[-1] = k
        else:
            peaks.append(k)
    while len(peaks) > count:
        peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
    return peaks


def remez(rows, targets, count):
    """Coefficients c that minimise max |targets[k] - rows[k] . c|, and that maximum."""
    reference = [round(k * (len(rows) - 1) / count) for k in range(count + 1)]
    best = None
    for _ in range(30):
        system = matrix(count + 1, count + 1)
        right = matrix(count + 1, 1)
        for i, position in enumerate(reference):
            for j in range(count):
                system[i, j] = rows[position][j]
            system[i, count] = (-1) ** i
            right[i] = targets[position]
        solution = lu_solve(system, right)
        coefficients = [solution[j] for j in range(count)]
        errors = [t - mp.fdot(row, coefficients) for row, t in zip(rows, targets)]
        largest = max(abs(e) for e in errors)
        if best is None or largest < best[1]:
            best = (coefficients, largest)
        peaks = alternation(errors, count + 1)
        if len(peaks) < count + 1 or largest < abs(solution[count]) * mpf("1.001"):
            break
        reference = peaks
    return best


def fit(row):
    name, single, function, weight, argument, (low, high), count = row
    rounded = to_single if single else to_double
    grid = [x for x in chebyshev_grid(mpf(low), mpf(high)) if abs(x) > mpf("1e-6")]
    weights = [abs(weight(x)) for x in grid]
    arguments = [argument(x) for x in grid]
    targets = [w * function(x) for w, x in zip(weights, grid)]
    rows = [[w * z**j for j in range(count)] for w, z in zip(weights, arguments)]
    fixed = []
    while len(fixed) < min(REFITTED, count):
        coefficients, _ = remez(rows, targets, count - len(fixed))
        fixed.append(rounded(coefficients[0]))
        targets = [t - row[0] * fixed[-1] for t, row in zip(targets, rows)]
        rows = [row[1:] for row in rows]
    if len(fixed) < count:
        coefficients, _ = remez(rows, targets, count - len(fixed))
        tail = [rounded(c) for c in coefficients]
        targets = [t - mp.fdot(row, tail) for t, row in zip(targets, rows)]
        fixed += tail
    return name, fixed, max(abs(t) for t in targets)


def identity(x):
    return x


def square(x):
    return x * x


LN2 = mp.log(2)
HALF_LN2 = LN2 / 2 * mpf("1.001")
LOG_LOW, LOG_HIGH = mp.sqrt(mpf(1) / 2) * mpf("0.9999") - 1, mp.sqrt(2) * mpf("1.0001") - 1
QUARTER_PI = mp.pi / 4 * mpf("1.0001")
DIGAMMA_ROOT = mp.findroot(mp.digamma, mpf("1.4616321449683623"))


def rows():
    """(name, f32?, f, weight, argument of the polynomial, interval, number of coefficients)"""
    for single in (True, False):
        suffix = "single" if single else "double"

        def row(name, function, weight, argument, interval, counts):
            return (f"{name}_{suffix}", single, function, weight, argument, interval, counts[0 if single else 1])

        # exp(x) = 1 + x + x^2 p(x)
        yield row("exp", lambda x: (mp.expm1(x) - x) / x**2, lambda x: x**2 / mp.expm1(x), identity,
                  (-HALF_LN2, HALF_LN2), (5, 11))
        # 2^x = 1 + x p(x)
        yield row("exp2", lambda x: mp.expm1(x * LN2) / x, lambda x: x, identity, ("-0.5001", "0.5001"), (7, 13))
        # sinh(x) = x + x^3 p(x^2), cosh(x) = 1 + x^2 p(x^2)
        yield row("sinh", lambda x: (mp.sinh(x) - x) / x**3, lambda x: x**2, square, ("0.001", HALF_LN2), (3, 5))
        yield row("cosh", lambda x: (mp.cosh(x) - 1) / x**2, lambda x: x**2, square, ("0.001", HALF_LN2), (3, 6))
        # sin(x) = x + x^3 p(x^2), cos(x) = 1 - x^2/2 + x^4 p(x^2)
        yield row("sin", lambda x: (mp.sin(x) - x) / x**3, lambda x: x**3 / mp.sin(x), square,
                  ("0.001", QUARTER_PI), (4, 7))
        yield row("cos", lambda x: (mp.cos(x) - 1 + x**2 / 2) / x**4, lambda x: x**4, square,
                  ("0.001", QUARTER_PI), (4, 7))
        # asin(x) = x + x^3 p(x^2)
        yield row("asin", lambda x: (mp.asin(x) - x) / x**3, lambda x: x**3 / mp.asin(x), square,
                  ("0.001", "0.5"), (5, 13))
        # erf(x) = x + x p(x^2)
        yield row("erf", lambda x: mp.erf(x) / x - 1, lambda x: x / mp.erf(x), square, ("0.001", "1"), (7, 14))
        # erf(x) = 1 - exp(x p(x)) from 1 to where erf becomes 1
        yield row("erf_tail", lambda x: mp.log(mp.erfc(x)) / x, lambda x: x * mp.erfc(x), identity,
                  ("0.999", "4" if single else "6"), (6, 20))
        # exp(x^2) erfc(x) (1 + 2 x) = 1.25 + p((x - 3.75) / (x + 3.75)); 27.3 and 10.1 are where erfc becomes 0
        yield row("erfc", lambda x: mp.exp(x * x) * mp.erfc(x) * (1 + 2 * x) - mpf("1.25"),
                  lambda x: 1 / (mp.exp(x * x) * mp.erfc(x) * (1 + 2 * x)),
                  lambda x: (x - mpf("3.75")) / (x + mpf("3.75")), ("0", "10.1" if single else "27.3"), (14, 27))
        # lgamma(2 + x) = x p(x)
        yield row("lgamma", lambda x: mp.loggamma(2 + x) / x, lambda x: x / mp.loggamma(2 + x), identity,
                  ("-0.5", "0.5"), (12, 22))
        # lgamma(x) = (x - 1/2) (log(x) - 1) + log(2 pi) / 2 - 1/2 + p(1/x^2) / x
        threshold = mpf(1) / 3 if single else mpf(1) / 4
        yield row("stirling",
                  lambda w: (mp.loggamma(1 / w) - (1 / w - mpf(1) / 2) * (mp.log(1 / w) - 1)
                             - (mp.log(2 * mp.pi) - 1) / 2) / w,
                  lambda w: w / mp.loggamma(1 / w), square, ("0.0001", threshold), (3, 11))
        # digamma(3/2 + x) = (3/2 + x - root) p(x)
        yield row("digamma", lambda x: mp.digamma(1.5 + x) / (1.5 + x - DIGAMMA_ROOT) if 1.5 + x != DIGAMMA_ROOT else 0,
                  lambda x: (1.5 + x - DIGAMMA_ROOT) / mp.digamma(1.5 + x), identity, ("-0.5", "0.5"), (13, 27))
        # digamma(x) = log(x) - 1/(2 x) - p(1/x^2) / x^2
        yield row("digamma_tail", lambda w: (-mp.log(w) - w / 2 - mp.digamma(1 / w)) / w**2,
                  lambda w: w**2 / mp.digamma(1 / w), square, ("0.0001", threshold), (3, 11))
        # trigamma(x) = 1/x + 1/(2 x^2) + p(1/x^2) / x^3
        yield row("trigamma_tail", lambda w: (mp.psi(1, 1 / w) - w - w * w / 2) / w**3,
                  lambda w: w**3 / mp.psi(1, 1 / w), square, ("0.0001", threshold), (4, 11))
        # x^(-1/3) = p(x - 1.5) to start from
        yield row("cbrt", lambda x: mp.power(x + 1.5, mpf(-1) / 3), lambda x: mp.cbrt(x + 1.5), identity,
                  ("-0.5", "0.5"), (4, 6))

    # log(1 + x) = x - x^2/2 + x^3 p(x)
    yield ("log_single", True, lambda x: (mp.log1p(x) - x + x**2 / 2) / x**3, lambda x: x**3 / mp.log1p(x), identity,
           (LOG_LOW, LOG_HIGH), 9)
    # log((1 + x) / (1 - x)) = 2 x + x^3 p(x^2)
    yield ("log_double", False, lambda x: (2 * mp.atanh(x) - 2 * x) / x**3, lambda x: x**2, square,
           ("0.001", "0.1717"), 7)
    # The same for pow, to whose logarithm a third of a format more bits are needed: |x| <= 0.1011
    yield ("pow_single", True, lambda x: (2 * mp.atanh(x) - 2 * x - 2 * x**3 / 3) / x**5, lambda x: x**4, square,
           ("0.001", "0.1011"), 3)
    yield ("pow_double", False, lambda x: (2 * mp.atanh(x) - 2 * x - 2 * x**3 / 3) / x**5, lambda x: x**4, square,
           ("0.001", "0.1011"), 8)
    # atan(x) = x + x^3 p(x^2): f32 to 1, f64 to tan(pi/8)
    yield ("atan_single", True, lambda x: (mp.atan(x) - x) / x**3, lambda x: x**3 / mp.atan(x), square,
           ("0.001", "1"), 8)
    yield ("atan_double", False, lambda x: (mp.atan(x) - x) / x**3, lambda x: x**3 / mp.atan(x), square,
           ("0.001", "0.41422"), 12)


def pieces_of_two_over_pi(width, count):
    """2/pi as a sum of count - 1 whole numbers times 2^(-width k), k = 1, 2, …; each here times 2^-width; 0 before."""
    with mp.workprec(width * count + 64):
        bits = int(mp.floor(2 / mp.pi * mpf(2) ** (width * (count - 1))))
    pieces = [bits >> (width * k) & (2**width - 1) for k in reversed(range(count - 1))]
    return [mpf(0)] + [mpf(piece) / 2**width for piece in pieces]


def table(name, coefficients):
    lines = [f"inline constexpr double {name}[] = {{"]
    for coefficient in coefficients:
        text = float(coefficient).hex().replace("0000000p", "p")
        if len(lines[-1]) + len(text) > 106:
            lines.append("   ")
        lines[-1] += f" {text}," if lines[-1].startswith("   ") else f"{text}, "
    return "\n".join(line.rstrip() for line in lines).rstrip(",") + "};"


def fit_by_position(position):
    return fit(list(rows())[position])


def main():
    chosen = [k for k, row in enumerate(rows()) if len(sys.argv) < 2 or row[0] in sys.argv[1:]]
    print("""#pragma once
// Polynomial coefficients of the functions in ir/math*.h, lowest power first; what each polynomial approximates stands
// in scripts/fit_coefficients.py, which computes this file: change them there.

namespace dp::math::coefficients {
""")
    with Pool(2) as pool:
        for name, coefficients, error in pool.imap(fit_by_position, chosen):
            print(f"{name}: {len(coefficients)} coefficients, error 2^{float(mp.log(error, 2)):.1f}",
                  file=sys.stderr)
            print(table(name, coefficients))
    if len(sys.argv) < 2:
        print(table("two_over_pi_single", pieces_of_two_over_pi(24, 10)))
        print(table("two_over_pi_double", pieces_of_two_over_pi(53, 24)))
    print("\n}  // namespace dp::math::coefficients")


if __name__ == "__main__":
    main()
