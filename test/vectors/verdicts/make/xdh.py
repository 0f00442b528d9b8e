"""X25519 and X448 as RFC 7748 5 writes them down, with public values that are remarkable, small, or written otherwise."""

from curves import square_root
from kit import accepted, group, invalid, refused, source, unhex, valid, write

LOW_ORDER = 'RFC 7748 6 leaves it open; RFC 8422 5.11 has TLS refuse a secret of zeros'
OTHERWISE = 'RFC 7748 5: such values are taken modulo p'


class Montgomery:
    def __init__(self, name, p, a24, size, bits):
        self.name, self.p, self.a24, self.size, self.bits = name, p, a24, size, bits

    def scalar(self, private):
        k = bytearray(private)
        if self.name == 'x25519':
            k[0] &= 248
            k[31] = k[31] & 127 | 64
        else:
            k[0] &= 252
            k[55] |= 128
        return int.from_bytes(k, 'little')

    def compute(self, private, public):
        k, p = self.scalar(private), self.p
        u = int.from_bytes(public, 'little') % (1 << self.bits) % p
        x2, z2, x3, z3, swap = 1, 0, u, 1, 0
        for t in reversed(range(self.bits)):
            bit = k >> t & 1
            if swap ^ bit:
                x2, x3, z2, z3 = x3, x2, z3, z2
            swap = bit
            a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
            aa, bb, da, cb = a * a % p, b * b % p, d * a % p, c * b % p
            e = aa - bb
            x3, z3 = (da + cb) ** 2 % p, u * (da - cb) ** 2 % p
            x2, z2 = aa * bb % p, e * (aa + self.a24 * e) % p
        if swap:
            x2, z2 = x3, z3
        return self.encode(x2 * pow(z2, p - 2, p) % p)

    def encode(self, u):
        return u.to_bytes(self.size, 'little')

    def on_twist(self, u):
        a = 4 * self.a24 + 2
        return square_root((u ** 3 + a * u * u + u) % self.p, self.p) is None


X25519 = Montgomery('x25519', 2**255 - 19, 121665, 32, 255)
X448 = Montgomery('x448', 2**448 - 2**224 - 1, 39081, 56, 448)

# RFC 7748 5.2: the vectors of the functions themselves, so that what is above is known to be right.
assert X25519.compute(
    unhex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'),
    unhex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
) == unhex('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552')
NINE = X25519.encode(9)
assert X25519.compute(NINE, NINE).hex() == '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079'
FIVE = X448.encode(5)
assert X448.compute(FIVE, FIVE).hex().startswith('3f482c8a9f19b01e6c46ee9711d9dc14')


def order_8():
    """The two u of the points of order 8 on curve25519."""
    return [unhex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
            unhex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')]


def computed(c):
    random = source(c.name)
    usual = random.randbytes(c.size)

    def case(comment, peer, because=None, private=None):
        private = private or usual
        shared = c.compute(private, peer)
        assert any(shared), comment
        values = {'private': private, 'peer': peer, 'shared': shared}
        return accepted(comment, because, **values) if because else valid(comment, **values)

    def fresh():
        return c.compute(random.randbytes(c.size), FIVE if c is X448 else NINE)

    tests = [case('an everyday pair', fresh()), case('another', fresh()),
             case('a private value of zeros', fresh(), private=bytes(c.size)),
             case('a private value of ones', fresh(), private=b'\xff' * c.size),
             case('a private value of alternating bits', fresh(), private=b'\xaa' * c.size)]
    for u in [2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 1 << 16, 1 << 32, (1 << 32) - 1, 1 << 64, (1 << 128) - 1, 1 << 200,
              c.p - 2, c.p - 3, c.p >> 1, (c.p >> 1) + 1, c.p - (1 << 32), c.p - (1 << 128)]:
        place = 'the twist' if c.on_twist(u) else 'the curve'
        because = 'RFC 7748 defines the function on the twist as well' if c.on_twist(u) else None
        tests.append(case(f'u = {u:#x} of {place}', c.encode(u), because))
    room = (1 << c.bits) - c.p
    for over in [2, 3, 4, 5, 9, 16, 17, 18] if c is X25519 else [2, 3, 4, 5, 9, 1 << 32, 1 << 100, room - 1]:
        tests.append(case(f'u = p + {over:#x}', c.encode(c.p + over), OTHERWISE))
    if c is X25519:
        peer = bytearray(fresh())
        peer[31] |= 0x80
        tests.append(case('the highest bit set, which does not count', bytes(peer), OTHERWISE))
        tests.append(case('u = p + 5 and the highest bit set', c.encode(c.p + 5 + (1 << 255)), OTHERWISE))
        tests.append(case('all bits set', b'\xff' * 32, OTHERWISE))
    return tests


def low_order(c):
    random = source('low order ' + c.name)
    values = [('0', c.encode(0)), ('1', c.encode(1)), ('p - 1', c.encode(c.p - 1)), ('p', c.encode(c.p)), ('p + 1', c.encode(c.p + 1))]
    if c is X25519:
        eighths = order_8()
        values += [('of order 8', eighths[0]), ('of order 8, the other', eighths[1])]
        values += [(f'{comment}, the highest bit set', value[:31] + bytes([value[31] | 0x80])) for comment, value in values]
    tests = []
    private = random.randbytes(c.size)
    for comment, peer in values:
        shared = c.compute(private, peer)
        assert not any(shared), comment
        tests.append(refused(comment, LOW_ORDER, private=private, peer=peer, shared=shared))
    return tests


def malformed(c):
    random = source('malformed ' + c.name)
    private, peer = random.randbytes(c.size), c.compute(random.randbytes(c.size), c.encode(9))
    cases = [('nothing', b''), ('an octet', b'\x09'), ('an octet missing', peer[:-1]), ('an octet too many', peer + b'\0'),
             ('an octet too many before it', b'\x40' + peer), ('twice', peer + peer),
             ('as long as one of the other curve', peer[:32] if c is X448 else peer + bytes(24))]
    return [invalid(comment, private=private, peer=value) for comment, value in cases]


def groups():
    for c in (X25519, X448):
        yield group(f'{c.name}: secrets', computed(c), curve=c.name)
        yield group(f'{c.name}: values of low order', low_order(c), curve=c.name)
        yield group(f'{c.name}: values of other lengths', malformed(c), curve=c.name)


write('xdh', 'private value, the peer\'s public value (peer), and what the function gives (shared)', list(groups()))
