"""RSA decryption: what the private operation gives, and in which of it a premaster secret is found (RFC 5246 7.4.7.1)."""

from kit import group, invalid, octets, source, valid, write
from rsa import Key

VERSION = b'\3\3'


def block_of(key, secret, **other):
    fill = other.get('fill', source(f'fill {key.bits}').randbytes(key.size).replace(b'\0', b'\7')[:key.size - 3 - len(secret)])
    return other.get('start', b'\0\2') + fill + other.get('separator', b'\0') + secret


def premasters(key):
    random = source(f'premaster {key.bits}')
    secret = VERSION + random.randbytes(46)
    good = block_of(key, secret)
    fill = key.size - 51

    def at(where, octet):
        return good[:where] + bytes([octet]) + good[where + 1:]

    tests = [('as it should be', valid, good), ('filled with ones', valid, block_of(key, secret, fill=b'\xff' * fill)),
             ('filled with 01', valid, block_of(key, secret, fill=b'\1' * fill)),
             ('a secret of zeros', valid, block_of(key, VERSION + bytes(46))),
             ('a secret of ones', valid, block_of(key, VERSION + b'\xff' * 46)),
             ('a secret that begins with a zero after its version', valid, block_of(key, VERSION + b'\0' + secret[3:])),
             ('block type 0', invalid, at(1, 0)), ('block type 1', invalid, at(1, 1)), ('block type 3', invalid, at(1, 3)),
             ('block type 82', invalid, at(1, 0x82)), ('type 1, filled with ones', invalid, block_of(key, secret, start=b'\0\1', fill=b'\xff' * fill)),
             ('a zero at the start of the filling', invalid, at(2, 0)), ('a zero at the eighth octet of the filling', invalid, at(9, 0)),
             ('a zero at the ninth octet of the filling', invalid, at(10, 0)),
             ('a zero in the middle of the filling', invalid, at(2 + fill // 2, 0)), ('a zero at the end of the filling', invalid, at(1 + fill, 0)),
             ('filled with zeros', invalid, block_of(key, secret, fill=bytes(fill))), ('the separator 1', invalid, at(2 + fill, 1)),
             ('the separator ff', invalid, at(2 + fill, 0xff)), ('no zero at all', invalid, good.replace(b'\0', b'\5')[1:].rjust(key.size, b'\0')),
             ('a secret of 47 octets', invalid, block_of(key, secret[:47])), ('a secret of 49 octets', invalid, block_of(key, secret + b'\1')),
             ('a secret of 32 octets', invalid, block_of(key, secret[:32])), ('an empty secret', invalid, block_of(key, b'')),
             ('the secret of 48 octets behind a longer one', invalid, block_of(key, b'\1' + b'\0' + secret)),
             ('an older version', invalid, block_of(key, b'\3\2' + secret[2:])), ('a newer version', invalid, block_of(key, b'\3\4' + secret[2:])),
             ('version 2.3', invalid, block_of(key, b'\2\3' + secret[2:])), ('version 0', invalid, block_of(key, b'\0\0' + secret[2:])),
             ('zeros', invalid, bytes(key.size)), ('a one', invalid, octets(1, key.size))]
    if octets(key.n, key.size)[0] > 1:
        tests.append(('the first octet 1', invalid, at(0, 1)))
    made = []
    for comment, verdict, block in tests:
        assert len(block) == key.size and int.from_bytes(block, 'big') < key.n, comment
        made.append(verdict(comment, ciphertext=key.public(block), block=block))
    return made


def beside_it(key):
    """What is no ciphertext, which everybody can see."""
    good = key.public(block_of(key, VERSION + bytes(46)))
    value = int.from_bytes(good, 'big')
    cases = [('nothing', b''), ('an octet', b'\2'), ('the last octet missing', good[:-1]), ('the first octet missing', good[1:]),
             ('a zero before it', b'\0' + good), ('a zero after it', good + b'\0'), ('n', octets(key.n, key.size)),
             ('n + 1', octets(key.n + 1, key.size)), ('ones', b'\xff' * key.size), ('n added to it', octets(value + key.n, key.size + 1))]
    if value + key.n < 1 << 8 * key.size:
        cases.append(('n added to it, as long as n', octets(value + key.n, key.size)))
    return [invalid(comment, ciphertext=data) for comment, data in cases]


def groups():
    for bits, e in [(768, 65537), (1025, 65537), (512, 65537), (768, 5)]:
        key = Key(bits, e)
        tests = premasters(key) if bits == 768 and e != 5 else premasters(key)[:30:4]
        yield group(f'{bits} bits, e = {e}: premaster secrets', tests, private_key=key.pkcs8(), version=VERSION)
    key = Key(768)
    yield group('768 bits: no ciphertexts', beside_it(key), private_key=key.pkcs8(), version=VERSION)


write('rsa_decrypt', 'PKCS#8 private key, ciphertext, what the private operation gives (block); the secret is the last 48 octets', list(groups()))
