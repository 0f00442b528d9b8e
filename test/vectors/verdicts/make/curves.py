"""Arithmetic on the curves, as the textbook has it. Their numbers are asked of OpenSSL."""

import functools
import re
import subprocess

from kit import oid, octets, spki

OPENSSL_NAMES = {'secp256r1': 'prime256v1'}
OIDS = {
    'secp224r1': '1.3.132.0.33',
    'secp256r1': '1.2.840.10045.3.1.7',
    'secp384r1': '1.3.132.0.34',
    'secp521r1': '1.3.132.0.35',
    'secp256k1': '1.3.132.0.10',
    'brainpoolP256r1': '1.3.36.3.3.2.8.1.1.7',
    'brainpoolP384r1': '1.3.36.3.3.2.8.1.1.11',
    'brainpoolP512r1': '1.3.36.3.3.2.8.1.1.13',
}


class Curve:
    """y^2 = x^3 + a x + b over GF(p); points are pairs, None is the one at infinity."""

    def __init__(self, name, p, a, b, g, n):
        self.name, self.p, self.a, self.b, self.g, self.n = name, p, a, b, g, n
        self.size = (p.bit_length() + 7) // 8

    def has(self, point):
        x, y = point
        return (y * y - self.right(x)) % self.p == 0

    def right(self, x):
        return (x ** 3 + self.a * x + self.b) % self.p

    def add(self, one, other):
        if one is None or other is None:
            return other if one is None else one
        (x1, y1), (x2, y2) = one, other
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if one == other:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, scalar, point=None):
        result, double = None, point or self.g
        scalar %= self.n
        while scalar:
            if scalar & 1:
                result = self.add(result, double)
            double = self.add(double, double)
            scalar >>= 1
        return result

    def negative(self, point):
        return point[0], -point[1] % self.p

    def lift(self, x):
        """A point with this x, or None. All these p are 3 mod 4 but secp224r1's."""
        y = square_root(self.right(x), self.p)
        return None if y is None else (x, y)

    def first_from(self, x, step=1):
        """The first point whose x is `x`, `x + step`, ..."""
        while (point := self.lift(x % self.p)) is None:
            x += step
        return point

    def encode(self, point, tag=4):
        return bytes([tag]) + octets(point[0], self.size) + octets(point[1], self.size)

    def compress(self, point):
        return bytes([2 + point[1] % 2]) + octets(point[0], self.size)

    def spki(self, point):
        return spki([oid('1.2.840.10045.2.1'), oid(OIDS[self.name])], self.encode(point))


def square_root(square, p):
    if pow(square, (p - 1) // 2, p) == p - 1:
        return None
    if square % p == 0:
        return 0
    if p % 4 == 3:
        return pow(square, (p + 1) // 4, p)
    # Tonelli and Shanks
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    other = next(z for z in range(2, p) if pow(z, (p - 1) // 2, p) == p - 1)
    root, rest, power = pow(square, (odd + 1) // 2, p), pow(square, odd, p), pow(other, odd, p)
    while rest != 1:
        order, probe = 0, rest
        while probe != 1:
            probe, order = probe * probe % p, order + 1
        factor = pow(power, 1 << (twos - order - 1), p)
        root, power, twos = root * factor % p, factor * factor % p, order
        rest = rest * power % p
    return root


@functools.cache
def curve(name):
    command = ['openssl', 'ecparam', '-name', OPENSSL_NAMES.get(name, name), '-param_enc', 'explicit', '-text', '-noout']
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def number(label):
        digits = re.search(label + r'[^\n]*\n((?:\s+[0-9a-f:]+\n?)+)', text)
        if digits:
            return int(re.sub(r'[\s:]', '', digits[1]), 16)
        return int(re.search(label + r'\s*(\d+)', text)[1])

    found = re.search(r'Generator \(uncompressed\):\n((?:\s+[0-9a-f:]+\n)+)', text)
    point = bytes.fromhex(re.sub(r'[\s:]', '', found[1]))[1:]
    half = len(point) // 2
    g = int.from_bytes(point[:half], 'big'), int.from_bytes(point[half:], 'big')
    made = Curve(name, number('Prime:'), number('A:'), number('B:'), g, number('Order:'))
    assert made.has(g) and made.times(made.n - 1) == made.negative(g)
    return made
