"""HMAC (RFC 2104) with keys and messages around the block sizes; and tags that are nearly right."""

import hashlib
import hmac

from kit import flip, group, invalid, source, valid, write

NAMES = {'md5': 'md5', 'sha': 'sha1', 'sha224': 'sha224', 'sha256': 'sha256', 'sha384': 'sha384', 'sha512': 'sha512'}


def tests(name):
    random = source('hmac ' + name)
    block, size = hashlib.new(NAMES[name]).block_size, hashlib.new(NAMES[name]).digest_size

    def tag_of(key, message):
        return hmac.digest(key, message, NAMES[name])

    made = []
    for key_size, message_size in [(0, 0), (0, 8), (1, 1), (size, 0), (size, 100), (block - 1, block - 1), (block, block),
                                   (block + 1, block + 1), (2 * block, 3), (200, 2 * block)]:
        key, message = random.randbytes(key_size), random.randbytes(message_size)
        made.append(valid(f'{message_size} octets with a key of {key_size}', key=key, message=message, tag=tag_of(key, message)))
    long_key = random.randbytes(block + 20)
    made.append(valid('a key beyond a block, hashed beforehand', key=hashlib.new(NAMES[name], long_key).digest(), message=b'',
                      tag=tag_of(long_key, b'')))
    short_key = random.randbytes(10)
    made.append(valid('a key with zeros up to a block', key=short_key + bytes(block - 10), message=b'', tag=tag_of(short_key, b'')))

    key, message = random.randbytes(size), random.randbytes(20)
    tag = tag_of(key, message)
    last = 8 * size - 1
    wrong = [(f'bit {bit} flipped', flip(tag, bit)) for bit in sorted({0, 1, 7, 8, 31, 32, 64, 71, last - 7, last - 1, last})]
    wrong += [('all bits flipped', bytes(255 - octet for octet in tag)), ('zeros', bytes(size)), ('ones', b'\xff' * size),
              ('empty', b''), ('cut to one octet', tag[:1]), ('cut to half', tag[:size // 2]), ('the last octet cut off', tag[:-1]),
              ('the first octet cut off', tag[1:]), ('a zero after it', tag + b'\0'), ('twice', tag + tag), ('backwards', tag[::-1]),
              ('the bare hash of key and message', hashlib.new(NAMES[name], key + message).digest()),
              ('of the message and a zero', tag_of(key, message + b'\0')), ('of another key', tag_of(flip(key, 0), message))]
    if name != 'sha256':
        made, wrong = made[::3], wrong[::4]
    return made + [invalid(comment, key=key, message=message, tag=each) for comment, each in wrong]


write('hmac', 'key, message and tag', [group(name, tests(name), digest=name) for name in NAMES])
