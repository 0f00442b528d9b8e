"""RSA: signatures whose insides were put together by hand, with the private key or with its cube root."""

import hashlib

from kit import digest, flip, group, integer, invalid, octets, oid, refused, source, spki, tlv, unhex, valid, write

MESSAGE = b'a message, and what was signed'
OIDS = {'md5': '1.2.840.113549.2.5', 'sha': '1.3.14.3.2.26', 'sha224': '2.16.840.1.101.3.4.2.4',
        'sha256': '2.16.840.1.101.3.4.2.1', 'sha384': '2.16.840.1.101.3.4.2.2', 'sha512': '2.16.840.1.101.3.4.2.3'}
NULL = unhex('0500')


# ---- Keys

def is_prime(n, random):
    if any(n % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(random.randrange(2, n - 1), odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


class Key:
    def __init__(self, bits, e=65537):
        random = source(f'rsa {bits} {e}')
        self.bits, self.e, self.size = bits, e, (bits + 7) // 8
        while True:
            p, q = self.prime(random, (bits + 1) // 2), self.prime(random, bits // 2)
            self.n = p * q
            if self.n.bit_length() == bits and (p - 1) % e and (q - 1) % e and p != q:
                break
        self.p, self.q = p, q
        self.d = pow(e, -1, (p - 1) * (q - 1))

    @staticmethod
    def prime(random, bits):
        while True:
            candidate = random.getrandbits(bits) | 3 << (bits - 2) | 1
            if is_prime(candidate, random):
                return candidate

    def private(self, block):
        return octets(pow(int.from_bytes(block, 'big'), self.d, self.n), self.size)

    def public(self, block):
        return octets(pow(int.from_bytes(block, 'big'), self.e, self.n), self.size)

    def spki(self):
        return spki([oid('1.2.840.113549.1.1.1'), NULL], tlv(0x30, integer(self.n), integer(self.e)))

    def pkcs8(self):
        p, q, d = self.p, self.q, self.d
        numbers = [0, self.n, self.e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
        key = tlv(0x30, *map(integer, numbers))
        return tlv(0x30, integer(0), tlv(0x30, oid('1.2.840.113549.1.1.1'), NULL), tlv(4, key))


# ---- PKCS#1 v1.5 signatures (RFC 8017 8.2)

def digest_info(name, hashed, parameters=NULL):
    return tlv(0x30, tlv(0x30, oid(OIDS[name]), parameters), tlv(4, hashed))


def padded(key, info):
    return b'\0\1' + b'\xff' * (key.size - 3 - len(info)) + b'\0' + info


def md5sha(message):
    return hashlib.md5(message).digest() + hashlib.sha1(message).digest()


def everyday(key, name):
    info = digest_info(name, digest(name, MESSAGE)) if name != 'md5sha' else md5sha(MESSAGE)
    good = key.private(padded(key, info))
    return [valid('an everyday signature', message=MESSAGE, signature=good),
            invalid('of another message', message=b'', signature=good),
            invalid('a bit of the signature flipped', message=MESSAGE, signature=flip(good, 77))]


def insides(key, name):
    """Blocks that the owner of the key raised, and that are not what RFC 8017 9.2 asks for."""
    hashed = digest(name, MESSAGE)
    good = digest_info(name, hashed)
    algorithm = tlv(0x30, oid(OIDS[name]), NULL)
    right = padded(key, good)
    other_name = 'sha512' if name == 'sha256' else 'sha256'
    infos = [
        ('NULL missing', digest_info(name, hashed, b''), 'RFC 8017 8.2.2 lets a verifier take it; OpenSSL and Kista compare with what a signer writes'),
        ('NULL of one octet', digest_info(name, hashed, unhex('050100')), None),
        ('NULL with a long length', digest_info(name, hashed, unhex('058100')), None),
        ('an empty sequence for NULL', digest_info(name, hashed, unhex('3000')), None),
        ('an INTEGER for NULL', digest_info(name, hashed, unhex('020100')), None),
        ('garbage for NULL', digest_info(name, hashed, tlv(4, b'\xab' * 8)), None),
        ('garbage after NULL', digest_info(name, hashed, NULL + b'\xab' * 8), None),
        ('NULL twice', digest_info(name, hashed, NULL + NULL), None),
        ('the DigestInfo of another digest', tlv(0x30, tlv(0x30, oid(OIDS[other_name]), NULL), tlv(4, hashed)), None),
        ('an OID one more', tlv(0x30, tlv(0x30, flip(oid(OIDS[name]), 8 * len(oid(OIDS[name])) - 8), NULL), tlv(4, hashed)), None),
        ('the OID without its last octet', tlv(0x30, tlv(0x30, tlv(6, oid(OIDS[name])[2:-1]), NULL), tlv(4, hashed)), None),
        ('an OID written too long', tlv(0x30, tlv(0x30, tlv(6, b'\x80', oid(OIDS[name])[2:]), NULL), tlv(4, hashed)), None),
        ('an empty OID', tlv(0x30, tlv(0x30, unhex('0600'), NULL), tlv(4, hashed)), None),
        ('the outer length in the long form', bytes([0x30, 0x81, len(good) - 2]) + good[2:], None),
        ('the outer length indefinite', unhex('3080') + good[2:] + unhex('0000'), None),
        ('the outer length with a leading zero', bytes([0x30, 0x82, 0, len(good) - 2]) + good[2:], None),
        ('the outer length one too large', bytes([0x30, len(good) - 1]) + good[2:], None),
        ('the outer length one too small', bytes([0x30, len(good) - 3]) + good[2:], None),
        ('the length of the algorithm in the long form', tlv(0x30, bytes([0x30, 0x81]) + algorithm[1:], tlv(4, hashed)), None),
        ('the algorithm of indefinite length', tlv(0x30, unhex('3080') + algorithm[2:] + unhex('0000'), tlv(4, hashed)), None),
        ('the length of the digest in the long form', tlv(0x30, algorithm, bytes([4, 0x81, len(hashed)]) + hashed), None),
        ('the digest in a constructed string', tlv(0x30, algorithm, tlv(0x24, tlv(4, hashed))), None),
        ('the digest a BIT STRING', tlv(0x30, algorithm, tlv(3, hashed)), None),
        ('the digest an octet too long', tlv(0x30, algorithm, tlv(4, hashed, b'\0')), None),
        ('the digest an octet short', tlv(0x30, algorithm, tlv(4, hashed[:-1])), None),
        ('the digest empty', tlv(0x30, algorithm, tlv(4)), None),
        ('no digest', tlv(0x30, algorithm), None),
        ('no algorithm', tlv(0x30, tlv(4, hashed)), None),
        ('the digest first', tlv(0x30, tlv(4, hashed), algorithm), None),
        ('a bit of the digest flipped', digest_info(name, flip(hashed, 0)), None),
        ('the last bit of the digest flipped', digest_info(name, flip(hashed, 8 * len(hashed) - 8)), None),
        ('a set', bytes([0x31]) + good[1:], None),
        ('garbage within, after the digest', tlv(0x30, algorithm, tlv(4, hashed), tlv(4, b'\xab' * 8)), None),
        ('garbage after it', good + b'\xab' * 8, None),
        ('a zero after it', good + b'\0', None),
        ('a zero before it', b'\0' + good, None),
        ('the bare digest', hashed, None),
        ('the digest in an OCTET STRING', tlv(4, hashed), None),
        ('MD5 and SHA-1 without DigestInfo, as TLS 1.0 has it', md5sha(MESSAGE), None),
        ('nothing', b'', None),
    ]
    tests = []
    for comment, info, because in infos:
        values = {'message': MESSAGE, 'signature': key.private(padded(key, info))}
        tests.append(refused(comment, because, **values) if because else invalid(comment, **values))

    fill = key.size - 3 - len(good)
    blocks = [
        ('the first octet 01', b'\1' + right[1:]),
        ('block type 00', b'\0\0' + right[2:]),
        ('block type 00, filled with zeros', b'\0\0' + bytes(fill) + b'\0' + good),
        ('block type 02', b'\0\2' + right[2:]),
        ('block type 02, filled with 5a', b'\0\2' + b'\x5a' * fill + b'\0' + good),
        ('block type 03', b'\0\3' + right[2:]),
        ('block type ff', b'\0\xff' + right[2:]),
        ('no type, ones from the first octet', b'\0' + b'\xff' * (fill + 1) + b'\0' + good),
        ('the first of the ones a fe', right[:2] + b'\xfe' + right[3:]),
        ('one of the ones a 7f', right[:20] + b'\x7f' + right[21:]),
        ('one of the ones a zero', right[:20] + b'\0' + right[21:]),
        ('the last of the ones a fe', right[:1 + fill] + b'\xfe' + right[2 + fill:]),
        ('the ones zeros', b'\0\1' + bytes(fill) + b'\0' + good),
        ('the separator 01', right[:2 + fill] + b'\1' + right[3 + fill:]),
        ('the separator ff', right[:2 + fill] + b'\xff' + right[3 + fill:]),
        ('the separator twice', b'\0\1' + b'\xff' * (fill - 1) + b'\0\0' + good),
        ('eight ones, and garbage after the DigestInfo', b'\0\1' + b'\xff' * 8 + b'\0' + good + b'\xab' * (fill - 8)),
        ('eight ones, and zeros after the DigestInfo', b'\0\1' + b'\xff' * 8 + b'\0' + good + bytes(fill - 8)),
        ('one 1, and garbage after the DigestInfo', b'\0\1' + b'\xff' + b'\0' + good + b'\xab' * (fill - 1)),
        ('no ones, and garbage after the DigestInfo', b'\0\1\0' + good + b'\xab' * fill),
        ('seven ones, and garbage where NULL is', seven_ones(key, name, hashed)),
        ('eight ones, and the rest where NULL is', seven_ones(key, name, hashed, 8)),
        ('an octet to the left', right[1:] + b'\0'),
        ('zeros', bytes(key.size - 1) + b'\1'),
    ]
    tests += [invalid(comment, message=MESSAGE, signature=key.private(block)) for comment, block in blocks]
    return [valid('as RFC 8017 has it', message=MESSAGE, signature=key.private(right)), *tests]


def seven_ones(key, name, hashed, ones=7):
    room = key.size - 3 - ones
    bare = len(digest_info(name, hashed, b''))
    garbage = room - bare
    while len(info := digest_info(name, hashed, tlv(4, b'\xab' * garbage))) > room:
        garbage -= 1
    return b'\0\1' + b'\xff' * ones + b'\0' + info + b'\xab' * (room - len(info))


def numbers(key, block):
    """Signatures that are not numbers below the modulus, or not as many octets as it has."""
    good = key.private(block)
    value = int.from_bytes(good, 'big')
    n = key.n
    cases = [('nothing', b''), ('an octet', b'\1'), ('zeros', bytes(key.size)), ('1', octets(1, key.size)), ('2', octets(2, key.size)),
             ('n - 1', octets(n - 1, key.size)), ('n', octets(n, key.size)), ('n + 1', octets(n + 1, key.size)),
             ('ones', b'\xff' * key.size), ('n - s', octets(n - value, key.size)),
             ('a zero before it', b'\0' + good), ('a zero after it', good + b'\0'), ('the last octet cut off', good[:-1]),
             ('the first octet cut off', good[1:]), ('the first half', good[:key.size // 2]), ('twice', good + good),
             ('n added to it, an octet longer', octets(value + n, key.size + 1)),
             ('2^k added to it, an octet longer', b'\1' + good), ('backwards', good[::-1]),
             ('the block itself', block)]
    if value + n < 1 << 8 * key.size:
        cases.append(('n added to it', octets(value + n, key.size)))
    return [invalid(comment, message=MESSAGE, signature=signature) for comment, signature in cases]


def leading_zero(key, name):
    """The signature happens to begin with a zero, which belongs to it."""
    count = 0
    while True:
        message = b'%d' % count
        signature = key.private(padded(key, digest_info(name, digest(name, message))))
        if signature[0] == 0:
            return [valid('a signature that begins with a zero', message=message, signature=signature),
                    invalid('the same without its zero', message=message, signature=signature[1:])]
        count += 1


def cube_root(number):
    low, high = 0, 1 << (number.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle ** 3 < number else (low, middle)
    return low


def forged(key, name):
    """Made without the private key: with exponent 3 a cube begins or ends as one likes."""
    hashed = digest(name, MESSAGE)
    good = digest_info(name, hashed)
    tests = []
    for comment, ones, info in [('eight ones, garbage after the DigestInfo', 8, good), ('one 1, garbage after the DigestInfo', 1, good),
                                ('no ones, garbage after the DigestInfo', 0, good),
                                ('eight ones, garbage after a DigestInfo without NULL', 8, digest_info(name, hashed, b'')),
                                ('eight ones, garbage after the bare digest', 8, hashed)]:
        front = b'\0\1' + b'\xff' * ones + b'\0' + info
        root = cube_root(int.from_bytes(front + bytes(key.size - len(front)), 'big'))
        assert octets(root ** 3, key.size).startswith(front)
        tests.append(invalid(f'a cube: {comment}', message=MESSAGE, signature=octets(root, key.size)))
    # The end as one likes it, 2-adically; the front as far as the root's upper half decides it.
    for salt in range(1000):
        message = MESSAGE + b' %d' % salt
        back = b'\0' + digest_info(name, digest(name, message))
        if back[-1] % 2:
            break
    bits = 8 * len(back)
    root = pow(int.from_bytes(back, 'big'), pow(3, -1, 1 << (bits - 2)), 1 << bits)
    assert octets(root ** 3 % (1 << bits), len(back)) == back
    tests.append(invalid('a cube that ends with the DigestInfo', message=message, signature=octets(root, key.size)))
    top = cube_root(int.from_bytes(b'\0\1' + b'\xff' * 8 + bytes(key.size - 10), 'big'))
    both = (top >> bits) + 1 << bits | root
    if both ** 3 < key.n:
        tests.append(invalid('a cube that ends with the DigestInfo, and begins 0001', message=message, signature=octets(both, key.size)))
    return tests


def bare(key):
    """What SSL 3.0 signs: data that is padded as it is. The message is this data."""
    random = source('bare data')
    data = random.randbytes(36)
    right = padded(key, data)
    most = random.randbytes(key.size - 11)
    over = random.randbytes(key.size - 10)
    tests = [valid('36 octets', message=data, signature=key.private(right)),
             valid('an octet', message=b'\xab', signature=key.private(padded(key, b'\xab'))),
             valid('a zero', message=b'\0', signature=key.private(padded(key, b'\0'))),
             valid('as many octets as there is room for', message=most, signature=key.private(padded(key, most))),
             invalid('an octet more than there is room for', message=over, signature=key.private(padded(key, over))),
             invalid('other data', message=flip(data, 0), signature=key.private(right)),
             invalid('less data', message=data[:-1], signature=key.private(right)),
             invalid('more data', message=data + b'\0', signature=key.private(right)),
             invalid('a zero before it', message=b'\0' + data, signature=key.private(right)),
             invalid('a DigestInfo around it', message=data, signature=key.private(padded(key, digest_info('sha256', data)))),
             invalid('block type 02', message=data, signature=key.private(b'\0\2' + right[2:])),
             invalid('block type 00', message=data, signature=key.private(b'\0\0' + right[2:])),
             invalid('a one that is none', message=data, signature=key.private(flip(right, 8 * 9))),
             invalid('eight ones, zeros after it', message=data,
                     signature=key.private(b'\0\1' + b'\xff' * 8 + b'\0' + data + bytes(key.size - 47))),
             invalid('no padding', message=data, signature=key.private(data.rjust(key.size, b'\0')))]
    return tests + [{**each, 'message': data.hex()} for each in numbers(key, right)]


def keys_that_are_none(key, name):
    """With these numbers for a key, the signature would hold that was made without one."""
    block = padded(key, digest_info(name, digest(name, MESSAGE)))

    def spki_of(n, e):
        return spki([oid('1.2.840.113549.1.1.1'), NULL], tlv(0x30, integer(n), integer(e)))

    cases = [('e = 1', key.n, 1), ('e = 0', key.n, 0), ('e = -1', key.n, -1), ('e even', key.n, 2), ('n negative', -key.n, 3),
             ('n = 0', 0, 3), ('n = 1', 1, 3), ('n even', key.n + 1, 3)]
    return [invalid(comment, message=MESSAGE, signature=block, public_key=spki_of(n, e)) for comment, n, e in cases]


def groups():
    keys = {bits: Key(bits) for bits in (768, 1025, 2048)}
    small = keys[768]
    three = Key(2048, 3)
    for name in [*OIDS, 'md5sha']:
        for key in [small, three] if name in ('sha', 'sha256') else [small]:
            yield group(f'{key.bits} bits, e = {key.e}, {name}', everyday(key, name), digest=name, public_key=key.spki())
    for bits in (1025, 2048):
        yield group(f'{bits} bits, sha256', everyday(keys[bits], 'sha256'), digest='sha256', public_key=keys[bits].spki())
    yield group('insides, sha256', insides(small, 'sha256'), digest='sha256', public_key=small.spki())
    right = padded(small, digest_info('sha256', digest('sha256', MESSAGE)))
    yield group('numbers, sha256', numbers(small, right) + leading_zero(small, 'sha256'), digest='sha256', public_key=small.spki())
    for name in ('sha', 'sha256'):
        yield group(f'forged with exponent 3, {name}', forged(three, name), digest=name, public_key=three.spki())
    yield group('bare data', bare(small), digest='none', public_key=small.spki())
    yield group('keys that are none', keys_that_are_none(small, 'sha256'), digest='sha256')
    plain = md5sha(MESSAGE)
    variants = [('the DigestInfo of MD5', digest_info('md5', plain[:16])), ('the DigestInfo of SHA-1', digest_info('sha', plain[16:])),
                ('SHA-1 first', plain[16:] + plain[:16]), ('MD5 alone', plain[:16]), ('SHA-1 alone', plain[16:]),
                ('an octet short', plain[:-1]), ('an octet more', plain + b'\0'), ('a zero before it', b'\0' + plain),
                ('in an OCTET STRING', tlv(4, plain)), ('a bit flipped', flip(plain, 130)), ('nothing', b'')]
    tests = [invalid(comment, message=MESSAGE, signature=small.private(padded(small, info))) for comment, info in variants]
    tests += [invalid('block type 02', message=MESSAGE, signature=small.private(b'\0\2' + padded(small, plain)[2:])),
              invalid('a one that is none', message=MESSAGE, signature=small.private(flip(padded(small, plain), 8 * 9))),
              invalid('eight ones, zeros after it', message=MESSAGE,
                      signature=small.private(b'\0\1' + b'\xff' * 8 + b'\0' + plain + bytes(small.size - 47))),
              *numbers(small, padded(small, plain))[:6]]
    yield group('insides, md5sha', tests, digest='md5sha', public_key=small.spki())


if __name__ == '__main__':
    write('rsa_pkcs1', 'message, signature, SubjectPublicKeyInfo (public_key)', list(groups()))
