"""What the makers of vectors share: repeatable random numbers, DER, and the files they write."""

import collections
import hashlib
import json
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))


def source(name):
    """Random numbers that are the same whenever the vectors are made again."""
    return random.Random('kista vectors: ' + name)


def unhex(text):
    return bytes.fromhex(text)


def octets(number, size):
    return number.to_bytes(size, 'big')


def flip(data, bit):
    """Bit 0 is the lowest one of the first byte."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


# ---- Verdicts

def valid(comment, **values):
    return vector(comment, 'valid', values)


def invalid(comment, **values):
    return vector(comment, 'invalid', values)


def accepted(comment, because, **values):
    """The standards leave it open; Kista says yes."""
    return vector(comment, 'acceptable', {'verdict': 'accepted', 'because': because, **values})


def refused(comment, because, **values):
    """The standards leave it open; Kista says no."""
    return vector(comment, 'acceptable', {'verdict': 'refused', 'because': because, **values})


def differing(comment, because, node, noble, **values):
    """The standards leave it open, and the providers differ."""
    return vector(comment, 'acceptable', {'verdict': {'node': node, 'noble': noble}, 'because': because, **values})


def vector(comment, result, values):
    written = {key: value.hex() if isinstance(value, bytes) else value for key, value in values.items()}
    return {'comment': comment, 'result': result, **written}


def group(name, tests, **values):
    """Values that most of the vectors have are written once, for the group."""
    common = {}
    for key in tests[0]:
        if key in ('comment', 'result') or not all(key in test for test in tests):
            continue
        most, count = collections.Counter(test[key] for test in tests).most_common(1)[0]
        if 2 * count > len(tests):
            common[key] = most
    written = {key: value.hex() if isinstance(value, bytes) else value for key, value in values.items()}
    own = [{key: value for key, value in test.items() if common.get(key) != value} for test in tests]
    return {'name': name, **written, **({'common': common} if common else {}), 'tests': own}


def write(name, about, groups):
    path = os.path.join(HERE, '..', name + '.json')
    with open(path, 'w', encoding='ascii') as file:
        json.dump({'about': about, 'groups': groups}, file, indent=2)
        file.write('\n')
    print(f'{name}: {sum(len(each["tests"]) for each in groups)} vectors')


# ---- DER

def length(size):
    if size < 0x80:
        return bytes([size])
    digits = octets(size, (size.bit_length() + 7) // 8)
    return bytes([0x80 | len(digits)]) + digits


def tlv(tag, *pieces):
    contents = b''.join(pieces)
    return bytes([tag]) + length(len(contents)) + contents


def integer(number):
    """As short as two's complement lets it be."""
    size = 1
    while not -(1 << (8 * size - 1)) <= number < 1 << (8 * size - 1):
        size += 1
    return tlv(2, number.to_bytes(size, 'big', signed=True))


def oid(dotted):
    first, second, *arcs = map(int, dotted.split('.'))
    contents = bytearray()
    for arc in [40 * first + second, *arcs]:
        septets = [arc & 0x7f]
        while arc := arc >> 7:
            septets.insert(0, 0x80 | (arc & 0x7f))
        contents += bytes(septets)
    return tlv(6, bytes(contents))


def spki(algorithm, key):
    return tlv(0x30, tlv(0x30, *algorithm), tlv(3, b'\0', key))


def digest(name, data):
    return hashlib.new({'sha': 'sha1'}.get(name, name), data).digest()


# ---- Signatures that are two numbers, as ECDSA and DSA have them

def encodings(r, s, order):
    """Vectors that say (r, s) otherwise than DER does, or say something else. `r, s` is a right signature."""
    good = tlv(0x30, integer(r), integer(s))
    r_der, s_der = integer(r), integer(s)
    r_bytes, s_bytes = r_der[2:], s_der[2:]
    size = (order.bit_length() + 7) // 8
    whole = len(r_der + s_der)

    def seq(*pieces):
        return tlv(0x30, *pieces)

    cases = [
        ('nothing at all', b''),
        ('one zero', b'\0'),
        ('an empty sequence', seq()),
        ('a NULL', unhex('0500')),
        ('r alone', seq(r_der)),
        ('s alone', seq(s_der)),
        ('r without its sequence', r_der),
        ('r and s without their sequence', r_der + s_der),
        ('a third number', seq(r_der, s_der, integer(0))),
        ('r twice, then s', seq(r_der, r_der, s_der)),
        ('r and s changed places', seq(s_der, r_der)),
        ('the bare numbers of IEEE P1363', octets(r, size) + octets(s, size)),
        ('an octet after the signature', good + b'\0'),
        ('a NULL after the signature', good + unhex('0500')),
        ('an octet before the signature', b'\0' + good),
        ('an octet within the sequence, after s', seq(r_der, s_der, b'\0')),
        ('a NULL within the sequence, after s', seq(r_der, s_der, unhex('0500'))),
        ('a NULL between r and s', seq(r_der, unhex('0500'), s_der)),
        ('the last octet cut off', good[:-1]),
        ('cut off in the middle', good[:len(good) // 2]),
        ('the length of the sequence one too large', good[:1] + length(whole + 1) + r_der + s_der),
        ('the length of the sequence one too small', good[:1] + length(whole - 1) + r_der + s_der),
        ('the length of the sequence 2^31', unhex('308480000000') + r_der + s_der),
        ('the length of the sequence 2^64 - 1', unhex('3088ffffffffffffffff') + r_der + s_der),
        ('an indefinite length', unhex('3080') + r_der + s_der + unhex('0000')),
        ('an indefinite length that does not end', unhex('3080') + r_der + s_der),
        ('a length with a leading zero', bytes([0x30, 0x82, 0]) + octets(whole, 1) + r_der + s_der),
        ('a length with four leading zeros', bytes([0x30, 0x85, 0, 0, 0, 0]) + octets(whole, 1) + r_der + s_der),
        ('the length of r in the long form', seq(tlv(2)[:1] + bytes([0x81, len(r_bytes)]) + r_bytes, s_der)),
        ('the length of s in the long form', seq(r_der, bytes([2, 0x81, len(s_bytes)]) + s_bytes)),
        ('the length of s with a leading zero', seq(r_der, bytes([2, 0x82, 0, len(s_bytes)]) + s_bytes)),
        ('the length of r one too large', seq(bytes([2, len(r_bytes) + 1]) + r_bytes, s_der)),
        ('the length of s one too large', seq(r_der, bytes([2, len(s_bytes) + 1]) + s_bytes)),
        ('the length of s one too small', seq(r_der, bytes([2, len(s_bytes) - 1]) + s_bytes)),
        ('r with a zero too many before it', seq(tlv(2, b'\0', r_bytes), s_der)),
        ('s with a zero too many before it', seq(r_der, tlv(2, b'\0', s_bytes))),
        ('r with a zero after it', seq(tlv(2, r_bytes, b'\0'), s_der)),
        ('s with a zero after it', seq(r_der, tlv(2, s_bytes, b'\0'))),
        ('r an INTEGER without octets', seq(unhex('0200'), s_der)),
        ('s an INTEGER without octets', seq(r_der, unhex('0200'))),
        ('r a constructed INTEGER', seq(tlv(0x22, r_der), s_der)),
        ('r an OCTET STRING', seq(tlv(4, r_bytes), s_der)),
        ('s a BIT STRING', seq(r_der, tlv(3, s_bytes))),
        ('s an ENUMERATED', seq(r_der, tlv(10, s_bytes))),
        ('s with a tag of two octets', seq(r_der, unhex('1f02') + s_der[1:])),
        ('a set', tlv(0x31, r_der, s_der)),
        ('a sequence that is called primitive', tlv(0x10, r_der, s_der)),
        ('a sequence within a sequence', seq(good)),
        ('an OCTET STRING around it', tlv(4, good)),
        ('r = 0', seq(integer(0), s_der)),
        ('s = 0', seq(r_der, integer(0))),
        ('r = s = 0', seq(integer(0), integer(0))),
        ('r = 0, s = 1', seq(integer(0), integer(1))),
        ('r = 1, s = 0', seq(integer(1), integer(0))),
        ('r = s = 1', seq(integer(1), integer(1))),
        ('r = s = -1', seq(integer(-1), integer(-1))),
        ('r the order', seq(integer(order), s_der)),
        ('s the order', seq(r_der, integer(order))),
        ('r = s = the order', seq(integer(order), integer(order))),
        ('r the order - 1', seq(integer(order - 1), s_der)),
        ('r = 1, s the order', seq(integer(1), integer(order))),
        ('r = 0, s the order', seq(integer(0), integer(order))),
        ('the order added to r', seq(integer(r + order), s_der)),
        ('the order added to s', seq(r_der, integer(s + order))),
        ('the order taken from r', seq(integer(r - order), s_der)),
        ('the order taken from s', seq(r_der, integer(s - order))),
        ('-r for r', seq(integer(-r), s_der)),
        ('-s for s', seq(r_der, integer(-s))),
        ('2^k added to r, k the size of the order', seq(integer(r + (1 << 8 * size)), s_der)),
        ('2^k added to s, k the size of the order', seq(r_der, integer(s + (1 << 8 * size)))),
        ('s of 2000 bits', seq(r_der, integer(1 << 1999))),
        ('s + 1 for s', seq(r_der, integer((s + 1) % order))),
        ('r + 1 for r', seq(integer((r + 1) % order), s_der)),
    ]
    if r_bytes[0] == 0:
        cases.append(('r without the zero that keeps it from being negative', seq(tlv(2, r_bytes[1:]), s_der)))
    if s_bytes[0] == 0:
        cases.append(('s without the zero that keeps it from being negative', seq(r_der, tlv(2, s_bytes[1:]))))
    if whole < 0x80:
        cases.append(('the length of the sequence in the long form', bytes([0x30, 0x81, whole]) + r_der + s_der))
    return [invalid(comment, signature=signature) for comment, signature in cases]
