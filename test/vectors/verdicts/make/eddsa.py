"""EdDSA (RFC 8032): Ed25519 computed here, Ed448 signed by OpenSSL; and signatures that only nearly hold."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from curves import square_root
from kit import differing, flip, group, invalid, oid, refused, source, spki, valid, write

MESSAGE = b'a message, and what was signed'
OIDS = {'ed25519': '1.3.101.112', 'ed448': '1.3.101.113'}
ORDERS = {'ed25519': 2**252 + 27742317777372353535851937790883648493,
          'ed448': 2**446 - 13818066809895115352007386748515426880336692474882178609894547503885}
SIZES = {'ed25519': 32, 'ed448': 57}
PRIMES = {'ed25519': 2**255 - 19, 'ed448': 2**448 - 2**224 - 1}


def spki_of(name, public):
    return spki([oid(OIDS[name])], public)


def pair(name, label=''):
    random = source(f'eddsa {name} {label}')
    private = {'ed25519': ed25519.Ed25519PrivateKey, 'ed448': ed448.Ed448PrivateKey}[name]
    key = private.from_private_bytes(random.randbytes(SIZES[name]))
    return key, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def everyday(name, key):
    random = source(f'eddsa messages {name}')
    tests = []
    for size in (0, 1, 2, 31, 32, 63, 64, 65, 127, 128, 129):
        message = random.randbytes(size)
        tests.append(valid(f'of {size} octets', message=message, signature=key.sign(message)))
    return tests


def wrong(name, key, public):
    size, order, p = SIZES[name], ORDERS[name], PRIMES[name]
    good = key.sign(MESSAGE)
    r, s = good[:size], good[size:]
    number = int.from_bytes(s, 'little')

    def little(value):
        return value.to_bytes(size, 'little')

    top = bytes(size - 1) + b'\x80'
    other_r = key.sign(b'')[:size]
    cases = [
        ('nothing', b''), ('an octet', b'\0'), ('R alone', r), ('S alone', s), ('the last octet cut off', good[:-1]),
        ('the first octet cut off', good[1:]), ('a zero after it', good + b'\0'), ('a zero before it', b'\0' + good),
        ('twice', good + good), ('R and S changed places', s + r), ('zeros', bytes(2 * size)), ('ones', b'\xff' * (2 * size)),
        ('R and S as DER has two numbers', b'\x30' + bytes([2 * size + 4, 2, size]) + r + bytes([2, size]) + s),
        ('a bit of R flipped', flip(good, 3)), ('a bit of S flipped', flip(good, 8 * size + 3)),
        ('the sign of R flipped', flip(good, 8 * size - 1)), ('the highest bit of S flipped', flip(good, 16 * size - 1)),
        ('the R of another message', other_r + s), ('S = 0', r + bytes(size)), ('S = 1', r + little(1)),
        ('S the order', r + little(order)), ('S the order - 1', r + little(order - 1)), ('S the order + 1', r + little(order + 1)),
        ('the order added to S', r + little(number + order)), ('S negated', r + little(order - number)),
        ('S of ones', r + b'\xff' * size), ('S + 1', r + little((number + 1) % order)),
        ('S as long as it can be', r + little((1 << (8 * size - 1)) - 1)),
        ('R = 0', bytes(size) + s), ('R the neutral point', little(1) + s), ('R the neutral point, S = 0', little(1) + bytes(size)),
        ('R the neutral point with a sign', little(1 + (1 << (8 * size - 1))) + s), ('R of ones', b'\xff' * size + s),
        ('y of R = p', little(p) + s), ('y of R = p + 1', little(p + 1) + s), ('y of R = p - 1', little(p - 1) + s),
        ('y of R = p - 1, S = 0', little(p - 1) + bytes(size)), ('R the highest bit alone', top + s),
        ('R no point of the curve', little(no_point(name)) + s), ('the public key for R', public + s),
    ]
    for times in (2, 4, 8, 15):
        if number + times * order < 1 << (8 * size):
            cases.append((f'the order added to S {times} times', r + little(number + times * order)))
    if name == 'ed448':
        cases += [('the last octet of S 1', r + s[:-1] + b'\1'), ('the last octet of R 1', r[:-1] + bytes([r[-1] ^ 1]) + s)]
    tests = [invalid(comment, message=MESSAGE, signature=signature) for comment, signature in cases]
    tests += [invalid('of another message', message=b'', signature=good),
              invalid('of the message and a zero', message=MESSAGE + b'\0', signature=good),
              invalid('of the hash of the message', message=hashlib.sha512(MESSAGE).digest(), signature=good)]
    return [valid('an everyday signature', message=MESSAGE, signature=good), *tests]


def no_point(name):
    """The least y, from 2 on, that is no point's."""
    p = PRIMES[name]
    a, d = (-1, -121665 * pow(121666, -1, p)) if name == 'ed25519' else (1, -39081)
    y = 2
    while square_root((y * y - 1) * pow(d * y * y - a, -1, p) % p, p) is not None if p % 4 == 3 else is_square(name, y):
        y += 1
    return y


def is_square(name, y):
    p = PRIMES[name]
    d = -121665 * pow(121666, -1, p)
    square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    return pow(square, (p - 1) // 2, p) in (0, 1)


def keys():
    """Public keys, and whether there is such a key. A signature by it cannot hold in any case."""
    for name in OIDS:
        size, p = SIZES[name], PRIMES[name]
        _, public = pair(name)
        signature = bytes(2 * size)
        cases = [('an octet short', public[:-1]), ('an octet more', public + b'\0'), ('empty', b''),
                 ('no point', no_point(name).to_bytes(size, 'little')), ('ones', b'\xff' * size),
                 ('y = p + 3', (p + 3).to_bytes(size, 'little'))]
        tests = [invalid(comment, message=MESSAGE, signature=signature, public_key=spki_of(name, key)) for comment, key in cases]
        yield group(f'{name}: keys that are none', tests)


# ---- Ed25519 with points of small order

P, L = PRIMES['ed25519'], ORDERS['ed25519']
D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1)
COFACTOR = 'RFC 8032 5.1.7 has the equation multiplied by 8, and lets a verifier leave that out; OpenSSL does'
WEAK = 'a key of small order, with which anybody signs; RFC 8032 does not look for it, and not every OpenSSL refuses it'


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def times(scalar, point):
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def with_y(y):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    return x if x % 2 == 0 else P - x, y


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, 'little')


def small_orders():
    random = source('small orders')
    base = with_y(4 * pow(5, -1, P) % P)
    eighth = times(L, with_y(3))
    assert times(4, eighth) != NEUTRAL and times(8, eighth) == NEUTRAL
    a, r = random.randrange(1, L), random.randrange(1, L)
    key, nonce = times(a, base), times(r, base)

    def hashed(first, public, message=MESSAGE):
        return int.from_bytes(hashlib.sha512(first + public + message).digest(), 'little')

    def signed(first, public, secret):
        return first + ((secret + hashed(first, public) * a) % L).to_bytes(32, 'little')

    def values(public, signature):
        return {'message': MESSAGE, 'signature': signature, 'public_key': spki_of('ed25519', public)}

    tests = [valid('an everyday signature', **values(encode(key), signed(encode(nonce), encode(key), r)))]
    for comment, first, public, secret in [
            ('R with a part of order 8', encode(add(nonce, eighth)), encode(key), r),
            ('R of order 8', encode(eighth), encode(key), 0), ('R of order 2', encode(times(4, eighth)), encode(key), 0)]:
        tests.append(differing(comment, COFACTOR, 'refused', 'accepted', **values(public, signed(first, public, secret))))
    mixed = encode(add(key, eighth))
    assert hashed(encode(nonce), mixed) % 8
    tests.append(differing('a key with a part of order 8', COFACTOR, 'refused', 'accepted', **values(mixed, signed(encode(nonce), mixed, r))))
    neutral = encode(NEUTRAL)
    anybodys = encode(nonce) + r.to_bytes(32, 'little')
    for comment, public in [('the neutral point', neutral), ('the neutral point, written as y = p + 1', (P + 1).to_bytes(32, 'little')),
                            ('the neutral point with a sign', (1 | 1 << 255).to_bytes(32, 'little'))]:
        tests.append(refused(f'the key is {comment}', WEAK, **values(public, anybodys)))
    tests.append(refused('the key, R and S are nothing', WEAK, **values(neutral, neutral + bytes(32))))
    for order, point in [(2, times(4, eighth)), (4, times(2, eighth)), (8, eighth), (8, times(3, eighth)), (8, times(5, eighth))]:
        public = encode(point)
        message = next(each for each in map(b'%d'.__mod__, range(99)) if hashed(encode(nonce), public, each) % order == 0)
        tests.append(refused(f'the key is of order {order}', WEAK, **{**values(public, anybodys), 'message': message}))
    written = (P + 1).to_bytes(32, 'little')
    tests.append(invalid('R the neutral point, written as y = p + 1', **values(encode(key), signed(written, encode(key), 0))))
    return tests


def small_orders_448():
    """R the neutral point and S = 0: right wherever the hash is divisible by the order of the key."""
    p, neutral = PRIMES['ed448'], (1).to_bytes(57, 'little')

    def hashed(public, message):
        return int.from_bytes(hashlib.shake_256(b'SigEd448' + bytes(2) + neutral + public + message).digest(114), 'little')

    tests = []
    for order, y in [(1, 1), (2, p - 1), (4, 0)]:
        public = y.to_bytes(57, 'little')
        message = next(each for each in map(b'%d'.__mod__, range(99)) if hashed(public, each) % order == 0)
        tests.append(refused(f'the key is of order {order}', WEAK, message=message, signature=neutral + bytes(57),
                             public_key=spki_of('ed448', public)))
    return tests


def groups():
    for name in OIDS:
        key, public = pair(name)
        yield group(f'{name}: messages of all sizes', everyday(name, key), public_key=spki_of(name, public))
        yield group(f'{name}: what is no signature', wrong(name, key, public), public_key=spki_of(name, public))
    yield from keys()
    yield group('ed25519: points of small order', small_orders())
    yield group('ed448: points of small order', small_orders_448())


write('eddsa', 'message, signature, SubjectPublicKeyInfo (public_key)', list(groups()))
