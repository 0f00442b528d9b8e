"""DSA (FIPS 186-4 4): right signatures, numbers out of range, and all the ways to write one wrongly."""

from kit import digest, encodings, flip, group, integer, invalid, oid, source, spki, tlv, valid, write
from rsa import MESSAGE, is_prime


class Domain:
    def __init__(self, bits, order_bits):
        random = source(f'dsa {bits} {order_bits}')
        self.q = self.prime(random, order_bits)
        while True:
            candidate = random.getrandbits(bits) | 1 << (bits - 1)
            self.p = candidate - candidate % (2 * self.q) + 1
            if self.p.bit_length() == bits and is_prime(self.p, random):
                break
        self.g = pow(2, (self.p - 1) // self.q, self.p)
        self.x = random.randrange(1, self.q)
        self.y = pow(self.g, self.x, self.p)

    @staticmethod
    def prime(random, bits):
        while True:
            candidate = random.getrandbits(bits) | 1 << (bits - 1) | 1
            if is_prime(candidate, random):
                return candidate

    def spki(self):
        return self.spki_of(self.p, self.q, self.g, self.y)

    @staticmethod
    def spki_of(p, q, g, y):
        parameters = tlv(0x30, integer(p), integer(q), integer(g))
        return spki([oid('1.2.840.10040.4.1'), parameters], integer(y))

    def number(self, name, message=MESSAGE):
        hashed = digest(name, message)
        return int.from_bytes(hashed, 'big') >> max(0, 8 * len(hashed) - self.q.bit_length())

    def sign(self, name, random, message=MESSAGE):
        k = random.randrange(1, self.q)
        r = pow(self.g, k, self.p) % self.q
        return r, pow(k, -1, self.q) * (self.number(name, message) + r * self.x) % self.q

    def holds(self, name, y, r, s):
        w = pow(s, -1, self.q)
        v = pow(self.g, self.number(name) * w % self.q, self.p) * pow(y, r * w % self.q, self.p) % self.p
        return v % self.q == r


def der(r, s):
    return tlv(0x30, integer(r), integer(s))


def everyday(d, name):
    random = source(f'dsa everyday {name}')
    r, s = d.sign(name, random)
    good = der(r, s)
    tests = [valid('an everyday signature', message=MESSAGE, signature=good),
             valid('the same with -s mod q for s, which is another k\'s', message=MESSAGE, signature=der(r, d.q - s))]
    if not d.holds(name, d.y, r, d.q - s):
        # Unlike a point's x, a power's inverse is not its equal.
        tests[1] = invalid('the same with -s mod q for s', message=MESSAGE, signature=der(r, d.q - s))
    r0, s0 = d.sign(name, random, b'')
    return tests + [
        valid('of the empty message', message=b'', signature=der(r0, s0)),
        invalid('of another message', message=b'', signature=good),
        invalid('a bit of r flipped', message=MESSAGE, signature=flip(good, 8 * 10)),
        invalid('the last bit of s flipped', message=MESSAGE, signature=flip(good, 8 * (len(good) - 1))),
    ]


def short_numbers(d, name):
    random = source('dsa short')
    limit = 1 << (d.q.bit_length() - 9)
    wanted = {'r': lambda r, s: r < limit, 's': lambda r, s: s < limit}
    tests = []
    while wanted:
        r, s = d.sign(name, random)
        for which in [each for each, fits in wanted.items() if fits(r, s)]:
            del wanted[which]
            tests.append(valid(f'{which} shorter than usual', message=MESSAGE, signature=der(r, s)))
    return tests


def written_otherwise(d, name):
    random = source('dsa written')
    top = 1 << (d.q.bit_length() - 1)
    while True:
        r, s = d.sign(name, random)
        if r & top and not s & top:
            break
    cases = [valid('as DER has it', signature=der(r, s)), *encodings(r, s, d.q)]
    cases += [invalid(f'r = 1, s = q - {rest}', signature=der(1, d.q - rest)) for rest in (1, 2)]
    cases += [invalid('p for r', signature=der(d.p, s)), invalid('p for s', signature=der(r, d.p)),
              invalid('the power for r, without mod q', signature=der(pow(d.g, 5, d.p), s))]
    return [{**each, 'message': MESSAGE.hex()} for each in cases]


def keys_that_are_none(d, name):
    """Numbers that are no key's: with many of them anybody could make the signature, and did."""
    p, q, g, y, z = d.p, d.q, d.g, d.y, d.number(name)
    forged = der(g % q, z % q)
    cases = [('g = y = 1', p, q, 1, 1, der(1, 1)), ('y = 1', p, q, g, 1, forged), ('y = p + 1', p, q, g, p + 1, forged),
             ('g = p + 1, y = 1', p, q, p + 1, 1, der(1, 1)), ('y = 0', p, q, g, 0, der(1, 1)), ('g = y = 0', p, q, 0, 0, der(1, 1)),
             ('y = p', p, q, g, p, der(1, 1)), ('y negative', p, q, g, -y, der(1, 1)), ('p = 0', 0, q, g, y, der(1, 1)), ('p = 1', 1, q, g, y, der(1, 1)),
             ('p negative', -p, q, g, y, der(1, 1)), ('p even', p + 1, q, g, y, der(1, 1)), ('p = 23, q = 11', 23, 11, 4, 8, der(1, 1)),
             ('q = 0', p, 0, g, y, der(1, 1)), ('q = 1', p, 1, g, y, der(1, 1)), ('q even', p, q + 1, g, y, der(1, 1)),
             ('q a power of 2', p, 1 << 160, g, y, der(1, 1)), ('q = p', p, p, g, y, der(1, 1)), ('q of 161 bits', p, (1 << 160) + 7, g, y, der(1, 1))]
    return [invalid(comment, message=MESSAGE, signature=signature, public_key=d.spki_of(*numbers))
            for comment, *numbers, signature in cases]


def groups():
    tiny, small, large = Domain(512, 160), Domain(1024, 160), Domain(2048, 256)
    for d, name in [(small, 'sha'), (small, 'sha256'), (large, 'sha224'), (large, 'sha256'), (large, 'sha384'), (large, 'sha512')]:
        size = f'{d.p.bit_length()} and {d.q.bit_length()} bits'
        yield group(f'{size}, {name}', everyday(d, name), digest=name, public_key=d.spki())
    yield group('short numbers', short_numbers(small, 'sha'), digest='sha', public_key=small.spki())
    yield group('written otherwise', written_otherwise(tiny, 'sha'), digest='sha', public_key=tiny.spki())
    yield group('keys that are none', keys_that_are_none(tiny, 'sha'), digest='sha')


write('dsa', 'message, DER encoded signature, SubjectPublicKeyInfo (public_key)', list(groups()))
