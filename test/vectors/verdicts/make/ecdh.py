"""Diffie-Hellman on curves with points: right ones with remarkable secrets, and what is no point of the curve."""

from curves import OIDS, curve
from kit import group, invalid, octets, refused, source, valid, write

UNCOMPRESSED = 'RFC 8422 5.4.1: TLS has uncompressed points only'


def ending_at(c, random, point):
    """A private value and a peer's point whose shared point is `point`."""
    private = random.randrange(1, c.n)
    return private, c.times(pow(private, -1, c.n), point)


def right(c, many):
    random = source('ecdh ' + c.name)

    def case(comment, private, peer):
        shared = c.times(private, peer)[0]
        return valid(comment, private=octets(private, c.size), peer=c.encode(peer), shared=octets(shared, c.size))

    def fresh():
        return random.randrange(1, c.n), c.times(random.randrange(1, c.n))

    top = 8 * c.size
    pattern = [int.from_bytes(bytes([octet]) * c.size, 'big') % c.p for octet in (0x33, 0x55, 0xaa, 0xf0)]
    secrets = [('small', c.first_from(0)), ('near p', c.first_from(c.p - 1, -1)),
               ('with a leading zero', c.first_from(random.getrandbits(top - 17) | 1)),
               ('with two leading zeros', c.first_from(random.getrandbits(top - 26) | 1)),
               ('about 2^32', c.first_from(1 << 32)), ('about 2^96', c.first_from(1 << 96)),
               ('about 2^128', c.first_from(1 << 128)), ('about 2^(bits - 1)', c.first_from(1 << (c.p.bit_length() - 1)))]
    secrets += [(f'like {x:x}'[:7] + '...', c.first_from(x)) for x in pattern]
    if not many:
        secrets = secrets[:2] if c.size < 40 else secrets[1:3]
    tests = [case('an everyday pair', *fresh())]
    tests += [case(f'a secret {comment}', *ending_at(c, random, point)) for comment, point in secrets]
    privates = [('1', 1), ('the order - 1', c.n - 1), ('2', 2), ('3', 3), ('the order - 2', c.n - 2),
                ('half the order', c.n // 2), ('a single bit', 1 << (c.n.bit_length() - 2)),
                ('ones', (1 << (c.n.bit_length() - 1)) - 1)]
    for comment, private in privates[:None if many else 1]:
        tests.append(case(f'the private value {comment}', private, fresh()[1]))
    for comment, peer in [('the generator', c.g), ('the generator negated', c.negative(c.g)),
                          ('a point with a small x', c.first_from(0)), ('a point with x near p', c.first_from(c.p - 1, -1))]:
        tests.append(case(f'the peer\'s point {comment}', fresh()[0], peer))
    return tests


def off_the_curve(c, random):
    """A point whose x none on the curve has: it lies on the quadratic twist."""
    x = random.randrange(c.p)
    while c.lift(x) is not None:
        x += 1
    return x, random.randrange(1, c.p)


def small_order(c):
    """A point of order 3 on a curve that differs in b alone, as an invalid curve attack would send it."""
    for x in range(1, 1000):
        # The third division polynomial without its b: 3x^4 + 6ax^2 + 12bx - a^2 = 0 gives b.
        b = (c.a * c.a - 3 * x ** 4 - 6 * c.a * x * x) * pow(12 * x, -1, c.p) % c.p
        other = type(c)('other', c.p, c.a, b, None, 3)
        point = other.lift(x)
        if point and point[1] and b != c.b:
            assert other.add(other.add(point, point), point) is None
            return point
    raise AssertionError('no such point')


FEW = ('the point at infinity', '(0, 0)', 'y + 1', 'a point of the twist', 'a point of order 3 on another curve', 'x + p for x',
       'y + p for y')


def wrong(c, many):
    random = source('ecdh wrong ' + c.name)
    private = random.randrange(1, c.n)
    x, y = point = c.times(random.randrange(1, c.n))
    good = c.encode(point)
    opposite = c.negative(point)

    points = [('the point at infinity', b'\0'), ('infinity, filled up with zeros', bytes(1 + 2 * c.size)),
              ('nothing', b''), ('an octet', b'\4'), ('(0, 0)', c.encode((0, 0))), ('(1, 1)', c.encode((1, 1))),
              ('y + 1', c.encode((x, (y + 1) % c.p))), ('x + 1', c.encode(((x + 1) % c.p, y))),
              ('x and y changed places', c.encode((y, x))), ('y = 0', c.encode((x, 0))), ('x = 0, y = 1', c.encode((0, 1))),
              ('x = p - 1, y = p - 1', c.encode((c.p - 1, c.p - 1))),
              ('(p, p)', c.encode((c.p, c.p))), ('all ones', b'\4' + b'\xff' * (2 * c.size)),
              ('a point of the twist', c.encode(off_the_curve(c, random))),
              ('a point of order 3 on another curve', c.encode(small_order(c))),
              ('an octet too many', good + b'\0'), ('an octet too many before it', b'\0' + good),
              ('an octet missing', good[:-1]), ('x alone', good[1:1 + c.size]), ('x and y without their first octet', good[1:]),
              ('half a point', good[:1 + c.size]), ('y missing, called compressed', b'\4' + good[1:1 + c.size])]
    points += [(f'first octet {tag:02x}', bytes([tag]) + good[1:]) for tag in (0, 1, 2, 3, 5, 0x0c, 0x84, 0xff)]
    points += [('hybrid with the parity of the other y', c.encode(point, 7 - y % 2)),
               ('hybrid with a y that is no one\'s', c.encode((x, (y + 2) % c.p), 6 + y % 2)),
               ('compressed, with an x that no point has', bytes([2]) + octets(off_the_curve(c, random)[0], c.size)),
               ('compressed, and an octet more', c.compress(point) + b'\0')]
    points += same_residues(c)
    points += [(f'the generator of {other.name}', other.encode(other.g)) for other in map(curve, OIDS)
               if other.name != c.name and other.size == c.size]
    if not many:
        points = [each for each in points if each[0] in FEW or 'generator' in each[0]]
    tests = [invalid(comment, private=octets(private, c.size), peer=peer) for comment, peer in points]
    forms = [('compressed', c.compress(point)), ('compressed, the other y', c.compress(opposite)),
             ('hybrid', c.encode(point, 6 + y % 2)), ('hybrid, the other y', c.encode(opposite, 6 + opposite[1] % 2))]
    for comment, peer in forms[::1 if many else 2]:
        shared = octets(c.times(private, point)[0], c.size)
        tests.append(refused(comment, UNCOMPRESSED, private=octets(private, c.size), peer=peer, shared=shared))
    return tests


def same_residues(c):
    """Points of the curve with p added to a coordinate, where there is room for it."""
    room = (1 << 8 * c.size) - c.p
    cases = []
    x, y = c.first_from(0)
    if x < room:
        cases.append(('x + p for x', c.encode((x + c.p, y))))
    for y in range(1, 200):
        x = cubic_root(c, y)
        if x is not None and y < room:
            cases.append(('y + p for y', c.encode((x, y + c.p))))
            break
    return cases


def cubic_root(c, y):
    """An x with y^2 = x^3 + b, or None: found where that is easy, with a = 0 and p = 7 mod 9."""
    if c.a != 0:
        return None
    cube = (y * y - c.b) % c.p
    if c.p % 9 == 7:
        x = pow(cube, (c.p + 2) // 9, c.p)
        return x if pow(x, 3, c.p) == cube else None
    return None


def groups():
    for name in OIDS:
        many = name in ('secp256r1', 'secp521r1')
        yield group(f'{name}: secrets', right(curve(name), many), curve=name)
        yield group(f'{name}: what is no public value', wrong(curve(name), name == 'secp256r1'), curve=name, oid=OIDS[name])


write('ecdh', 'private value, the peer\'s public value as it is sent (peer), and x of the shared point (shared)', list(groups()))
