"""RSASSA-PSS (RFC 8017 8.1) with every part of the encoded message put in by hand."""

from kit import digest, flip, group, invalid, octets, source, valid, write
from rsa import MESSAGE, Key, digest_info, padded


def mgf1(name, seed, size):
    made = b''
    while len(made) < size:
        made += digest(name, seed + octets(len(made) // len(digest(name, b'')), 4))
    return made[:size]


def encoded(key, name, **other):
    """The encoded message, in which `other` names what is to be otherwise."""
    get = other.get
    hashed = digest(get('digest', name), get('message', MESSAGE))
    size = len(digest(name, b''))
    salt = get('salt', source(f'salt {key.bits} {name}').randbytes(size))
    h = get('h', digest(name, get('prefix', bytes(8)) + hashed + get('signed_salt', salt)))
    em_bits = key.bits - 1
    em_size = (em_bits + 7) // 8
    room = em_size - len(h) - 1 - len(salt) - 1
    db = get('fill', b'\0') * max(0, room) + get('separator', b'\1') + salt
    mask = mgf1(get('mgf', name), h, len(db))
    masked = bytearray(a ^ b for a, b in zip(db, mask))
    if 'top' not in other:
        masked[0] &= 0xff >> (8 * em_size - em_bits)
    else:
        masked[0] = masked[0] & 0xff >> (8 * em_size - em_bits) | other['top']
    em = bytes(masked) + h + get('trailer', b'\xbc')
    return b'\0' * (key.size - len(em)) + em


def case(key, name, kind, comment, **other):
    return kind(comment, message=MESSAGE, signature=key.private(encoded(key, name, **other)))


def everyday(key, name):
    good = key.private(encoded(key, name))
    size = len(digest(name, b''))
    return [valid('an everyday signature', message=MESSAGE, signature=good),
            valid('a salt of zeros', message=MESSAGE, signature=key.private(encoded(key, name, salt=bytes(size)))),
            invalid('of another message', message=b'', signature=good),
            invalid('a bit of the signature flipped', message=MESSAGE, signature=flip(good, 77)),
            invalid('PKCS#1 v1.5 of the same', message=MESSAGE,
                    signature=key.private(padded(key, digest_info(name, digest(name, MESSAGE)))))]


def insides(key, name):
    size = len(digest(name, b''))
    random = source('pss insides')
    salt = random.randbytes(size)
    h = digest(name, bytes(8) + digest(name, MESSAGE) + salt)

    def other(comment, **values):
        return case(key, name, invalid, comment, **{'salt': salt, **values})

    longest = (key.bits + 6) // 8 - size - 2
    tests = [case(key, name, valid, 'as RFC 8017 has it', salt=salt)]
    tests += [other(f'a salt of {each} octets', salt=random.randbytes(each)) for each in (0, 1, 20, size - 1, size + 1, 48, longest) if each != size]
    tests += [
        other('a salt other than the one that was signed', signed_salt=bytes(size)),
        other('without the eight zeros', prefix=b''),
        other('seven zeros', prefix=bytes(7)),
        other('ones for the eight zeros', prefix=b'\xff' * 8),
        other('the mask made with SHA-1', mgf='sha'),
        other('the mask made with SHA-512', mgf='sha512'),
        other('the message hashed with SHA-1', digest='sha'),
        other('the hash of the message itself', h=digest(name, MESSAGE)),
        other('a bit of the hash flipped', h=flip(h, 0)),
        other('the last bit of the hash flipped', h=flip(h, 8 * size - 8)),
        other('a hash of zeros', h=bytes(size)),
        other('a hash of ones', h=b'\xff' * size),
        other('the trailer cc', trailer=b'\xcc'),
        other('the trailer 00', trailer=b'\0'),
        other('the trailer bd', trailer=b'\xbd'),
        other('the trailer 3c', trailer=b'\x3c'),
        other('the separator 00', separator=b'\0'),
        other('the separator 02', separator=b'\2'),
        other('the separator 81', separator=b'\x81'),
        other('ones before the separator', fill=b'\xff'),
        other('01 before the separator', fill=b'\1'),
    ]
    if key.bits % 8 != 1:
        tests.append(other('the bit above the highest set', top=0x80 >> (-(key.bits - 1) % 8 - 1)))
    good = encoded(key, name, salt=salt)
    at = key.size - 1 - size - 1 - size
    for comment, where in [('the first octet of the padding', key.size - (key.bits + 6) // 8), ('the octet before the separator', at - 1)]:
        tests.append(invalid(f'a bit of {comment} flipped', message=MESSAGE, signature=key.private(flip(good, 8 * where))))
    if key.bits % 8 == 1:
        tests.append(invalid('the octet before the encoded message 01', message=MESSAGE, signature=key.private(b'\1' + bytes(1) + good[2:])))
    return tests


def numbers(key, name):
    good = key.private(encoded(key, name))
    value = int.from_bytes(good, 'big')
    cases = [('nothing', b''), ('zeros', bytes(key.size)), ('1', octets(1, key.size)), ('n - 1', octets(key.n - 1, key.size)),
             ('n', octets(key.n, key.size)), ('ones', b'\xff' * key.size), ('a zero before it', b'\0' + good),
             ('a zero after it', good + b'\0'), ('the last octet cut off', good[:-1]), ('the first octet cut off', good[1:]),
             ('n added to it, an octet longer', octets(value + key.n, key.size + 1)), ('n - s', octets(key.n - value, key.size))]
    if value + key.n < 1 << 8 * key.size:
        cases.append(('n added to it', octets(value + key.n, key.size)))
    return [invalid(comment, message=MESSAGE, signature=signature) for comment, signature in cases]


def too_small(key):
    """A key with no room for the hash and the salt, whatever the number may be."""
    random = source('too small')
    return [invalid(f'{comment}', message=MESSAGE, signature=signature) for comment, signature in [
        ('zeros', bytes(key.size)), ('some number', octets(random.randrange(key.n), key.size)),
        ('the trailer and nothing else', key.private(octets(0xbc, key.size))),
        ('a salt as short as there is room for', key.private(encoded(key, 'sha512', salt=random.randbytes(key.size - 66))))]]


def groups():
    keys = {bits: Key(bits) for bits in (768, 769, 1024, 1031, 2048)}
    for name in ('sha', 'sha224', 'sha256', 'sha384'):
        yield group(f'1024 bits, {name}', everyday(keys[1024], name), digest=name, public_key=keys[1024].spki())
    for bits in (769, 1031):
        yield group(f'{bits} bits, sha256', everyday(keys[bits], 'sha256'), digest='sha256', public_key=keys[bits].spki())
    yield group('2048 bits, sha512', everyday(keys[2048], 'sha512'), digest='sha512', public_key=keys[2048].spki())
    for bits in (768, 769):
        yield group(f'insides, {bits} bits, sha256', insides(keys[bits], 'sha256'), digest='sha256', public_key=keys[bits].spki())
    yield group('numbers', numbers(keys[768], 'sha256'), digest='sha256', public_key=keys[768].spki())
    yield group('1024 bits, sha512: no room', too_small(keys[1024]), digest='sha512', public_key=keys[1024].spki())


write('rsa_pss', 'message, signature, SubjectPublicKeyInfo (public_key); the salt is as long as the hash', list(groups()))
