"""ECDSA: signatures that are right in remarkable ways, and all the ways to write one that is not."""

import functools
import itertools

from curves import curve
from kit import digest, encodings, flip, group, integer, invalid, source, tlv, unhex, valid, write

MESSAGE = b'a message, and what was signed'


def der(r, s):
    return tlv(0x30, integer(r), integer(s))


def number(name, hash_name, message=MESSAGE):
    c = curve(name)
    hashed = digest(hash_name, message)
    return int.from_bytes(hashed, 'big') >> max(0, 8 * len(hashed) - c.n.bit_length())


@functools.cache
def pair(name):
    c = curve(name)
    private = source('ecdsa ' + name).randrange(1, c.n)
    return private, c.times(private)


def sign(name, hash_name, random, message=MESSAGE):
    c, (private, _) = curve(name), pair(name)
    k = random.randrange(1, c.n)
    r = c.times(k)[0] % c.n
    return r, pow(k, -1, c.n) * (number(name, hash_name, message) + r * private) % c.n


def holds(name, hash_name, public, r, s):
    """The verification of SEC 1 4.1.4, by itself."""
    c = curve(name)
    if not (0 < r < c.n and 0 < s < c.n):
        return False
    w = pow(s, -1, c.n)
    point = c.add(c.times(number(name, hash_name) * w), c.times(r * w, public))
    return point is not None and point[0] % c.n == r


def everyday(name, hash_name):
    random = source(f'everyday {name} {hash_name}')
    r, s = sign(name, hash_name, random)
    n = curve(name).n
    other_r, other_s = sign(name, hash_name, random, b'')
    good = der(r, s)
    return [
        valid('an everyday signature', message=MESSAGE, signature=good),
        valid('the same with -s mod n for s, which is as right', message=MESSAGE, signature=der(r, n - s)),
        valid('of the empty message', message=b'', signature=der(other_r, other_s)),
        invalid('of another message', message=b'', signature=good),
        invalid('of the message and a zero', message=MESSAGE + b'\0', signature=good),
        invalid('a bit of r flipped', message=MESSAGE, signature=flip(good, 8 * 10)),
        invalid('the last bit of s flipped', message=MESSAGE, signature=flip(good, 8 * (len(good) - 1))),
        invalid('-r mod n for r', message=MESSAGE, signature=der(n - r, s)),
    ]


def written_otherwise(name, hash_name):
    random = source(f'written {name} {hash_name}')
    n = curve(name).n
    top = 1 << (8 * ((n.bit_length() + 7) // 8) - 1)
    # Of interest are an r that needs its leading zero and an s that does not.
    while True:
        r, s = sign(name, hash_name, random)
        if name == 'secp521r1' or (r & top and not s & top):
            break
    tests = [valid('as DER has it', signature=der(r, s)), *encodings(r, s, n)]
    if name != 'secp256r1':
        tests = [each for each in tests if each['result'] == 'valid' or 'length' in each['comment']]
    return [{**each, 'message': MESSAGE.hex()} for each in tests]


def short_numbers(name, hash_name):
    """An r, and then an s, that begins with a zero, which DER leaves out."""
    random = source(f'short {name}')
    c, (private, public) = curve(name), pair(name)
    z = number(name, hash_name)
    limit = 1 << (8 * c.size - 9 if c.n.bit_length() % 8 == 0 else 512)
    wanted = {'r': lambda r, s: r < limit, 's': lambda r, s: s < limit}
    k = random.randrange(1, c.n)
    point = c.times(k)
    tests = []
    while wanted:
        k, point = k + 1, c.add(point, c.g)
        r = point[0] % c.n
        s = pow(k, -1, c.n) * (z + r * private) % c.n
        for which in [each for each, fits in wanted.items() if fits(r, s)]:
            del wanted[which]
            assert holds(name, hash_name, public, r, s)
            tests.append(valid(f'{which} shorter than usual', message=MESSAGE, signature=der(r, s)))
    return tests


def recovered(name, hash_name):
    """Keys that were made to fit a signature: Q = (s R - z G) / r. Each has its own group."""
    c = curve(name)
    z = number(name, hash_name)
    random = source(f'recovered {name}')

    def key_of(point, r, s):
        over_r = pow(r, -1, c.n)
        return c.add(c.times(s * over_r, point), c.times(-z * over_r))

    any_s = random.randrange(1, c.n)
    low = c.first_from(1)
    near_n = c.first_from(c.n - 1, -1)
    cases = [('r very small', low, any_s), ('s = 1', c.times(random.randrange(1, c.n)), 1),
             ('s = n - 1', c.times(random.randrange(1, c.n)), c.n - 1), ('s = 2', c.g, 2),
             ('r just below n', near_n, any_s), ('r and s both very small', low, 1),
             ('r the x of the generator', c.g, any_s), ('s = (n + 1) / 2', c.times(7), (c.n + 1) // 2)]
    if c.n < c.p:
        cases.append(('x of the point not below n', c.first_from(c.n + 1), any_s))
    for comment, point, s in cases:
        r = point[0] % c.n
        public = key_of(point, r, s)
        assert holds(name, hash_name, public, r, s)
        tests = [valid(comment, message=MESSAGE, signature=der(r, s)),
                 invalid('the same for another message', message=b'', signature=der(r, s))]
        if point[0] >= c.n:
            # Whoever compares x with r before it is reduced takes r + n for it, or refuses r.
            tests.append(invalid('the x that was not reduced', message=MESSAGE, signature=der(point[0], s)))
        yield group(f'{name} with {hash_name}: {comment}', tests, digest=hash_name, public_key=c.spki(public))
    yield from special_keys(name, hash_name)


def special_keys(name, hash_name):
    """What is added in verifying: equal points, opposite points, and points that cancel each other out."""
    c = curve(name)
    z = number(name, hash_name)
    random = source(f'special {name}')
    for comment, private in [('the generator', 1), ('the generator negated', c.n - 1)]:
        k = random.randrange(1, c.n)
        r = c.times(k)[0] % c.n
        s = pow(k, -1, c.n) * (z + r * private) % c.n
        good = der(r, s)
        tests = [valid('an everyday signature', message=MESSAGE, signature=good),
                 invalid('the same for another message', message=b'', signature=good)]
        # r = z makes the two points equal or opposite.
        tests.append(invalid('r such that both points are the same but for their sign', message=MESSAGE, signature=der(z % c.n, 5)))
        yield group(f'{name} with {hash_name}: the key is {comment}', tests, digest=hash_name, public_key=c.spki(c.times(private)))
    r = random.randrange(1, c.n)
    public = c.times(-z * pow(r, -1, c.n))
    tests = [invalid(f's = {s}: the sum is at infinity', message=MESSAGE, signature=der(r, s)) for s in (1, 2, c.n - 1)]
    yield group(f'{name} with {hash_name}: the sum is at infinity', tests, digest=hash_name, public_key=c.spki(public))


def groups():
    sets = [('secp256r1', 'sha256'), ('secp384r1', 'sha384'), ('secp521r1', 'sha512'), ('secp256k1', 'sha256'),
            ('brainpoolP256r1', 'sha256'), ('brainpoolP384r1', 'sha384'), ('brainpoolP512r1', 'sha512'), ('secp224r1', 'sha224')]
    for name, hash_name in sets:
        public = curve(name).spki(pair(name)[1])
        yield group(f'{name} with {hash_name}', everyday(name, hash_name) + short_numbers(name, hash_name),
                    digest=hash_name, public_key=public)
    for name, hash_name in [('secp256r1', 'sha256'), ('secp521r1', 'sha512')]:
        public = curve(name).spki(pair(name)[1])
        yield group(f'{name} with {hash_name}: written otherwise', written_otherwise(name, hash_name), digest=hash_name, public_key=public)
    for hash_name in ('sha', 'sha224', 'sha384', 'sha512'):
        public = curve('secp256r1').spki(pair('secp256r1')[1])
        yield group(f'secp256r1 with {hash_name}', everyday('secp256r1', hash_name), digest=hash_name, public_key=public)
    for name, hash_name in [('secp521r1', 'sha'), ('brainpoolP384r1', 'sha512'), ('secp256k1', 'sha512')]:
        public = curve(name).spki(pair(name)[1])
        yield group(f'{name} with {hash_name}', everyday(name, hash_name)[:4], digest=hash_name, public_key=public)
    yield from recovered('secp256r1', 'sha256')
    yield from itertools.islice(recovered('secp256k1', 'sha256'), 7, None)
    yield from itertools.islice(recovered('brainpoolP384r1', 'sha384'), 8, None)


write('ecdsa', 'message, DER encoded signature, SubjectPublicKeyInfo (public_key)', list(groups()))
