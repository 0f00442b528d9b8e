"""AES-GCM and ChaCha20-Poly1305: right messages of all sizes, and what must not be taken for one."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.poly1305 import Poly1305

from kit import accepted, flip, group, invalid, source, unhex, valid, write

SIZES = [(0, 0), (0, 1), (1, 0), (0, 20), (15, 5), (16, 13), (17, 13), (31, 8), (32, 16), (33, 17),
         (63, 0), (64, 13), (65, 13), (127, 32), (129, 33)]
TAG_BITS = [0, 1, 7, 8, 31, 32, 63, 64, 96, 120, 126, 127]
P = (1 << 130) - 5


def cipher(name, key):
    return ChaCha20Poly1305(key) if name.startswith('chacha') else AESGCM(key)


def right(name, key_size):
    random = source('right ' + name)
    tests = []
    for text_size, aad_size in SIZES:
        key, iv = random.randbytes(key_size), random.randbytes(12)
        text, aad = random.randbytes(text_size), random.randbytes(aad_size)
        sealed = cipher(name, key).encrypt(iv, text, aad)
        comment = f'{text_size} octets with {aad_size} octets beside them'
        tests.append(valid(comment, key=key, iv=iv, aad=aad, plaintext=text, sealed=sealed))
    for comment, iv in [('a nonce of zeros', bytes(12)), ('a nonce of ones', b'\xff' * 12)]:
        key, text = random.randbytes(key_size), random.randbytes(40)
        sealed = cipher(name, key).encrypt(iv, text, b'')
        tests.append(valid(comment, key=key, iv=iv, aad=b'', plaintext=text, sealed=sealed))
    return tests


def wrong(name, key_size):
    random = source('wrong ' + name)
    key, iv, aad, text = (random.randbytes(size) for size in (key_size, 12, 13, 40))
    sealed = cipher(name, key).encrypt(iv, text, aad)
    body, tag = sealed[:-16], sealed[-16:]

    def case(comment, **other):
        values = {'key': key, 'iv': iv, 'aad': aad, 'sealed': sealed, **other}
        return invalid(comment, **values)

    tags = [(f'bit {bit} of the tag flipped', flip(tag, bit)) for bit in TAG_BITS]
    tags += [(f'octet {at} of the tag another', tag[:at] + bytes([tag[at] ^ 0xa5]) + tag[at + 1:]) for at in range(16)]
    tags += [
        ('bits 0 and 64 of the tag flipped', flip(flip(tag, 0), 64)),
        ('bits 71 and 103 of the tag flipped', flip(flip(tag, 71), 103)),
        ('all bits of the tag flipped', bytes(255 - octet for octet in tag)),
        ('the highest bit of each octet of the tag flipped', bytes(octet ^ 0x80 for octet in tag)),
        ('the lowest bit of each octet of the tag flipped', bytes(octet ^ 1 for octet in tag)),
        ('the halves of the tag changed places', tag[8:] + tag[:8]),
        ('the tag backwards', tag[::-1]),
        ('a tag of zeros', bytes(16)),
        ('a tag of ones', b'\xff' * 16),
    ]
    tests = [case(comment, sealed=body + other) for comment, other in tags]
    if name != 'aes_128_gcm':
        tests = tests[::5 if name.startswith('aes') else 2]
    tests += [case(f'a tag cut to {size} octets', sealed=body + tag[:size]) for size in (0, 1, 4, 8, 12, 13, 14, 15)]
    tests += [
        case('nothing but the tag', sealed=tag),
        case('nothing', sealed=b''),
        case('15 octets', sealed=sealed[:15]),
        case('a tag with an octet after it', sealed=sealed + b'\0'),
        case('the tag twice', sealed=sealed + tag),
        case('the tag first', sealed=tag + body),
        case('the first bit of the ciphertext flipped', sealed=flip(sealed, 0)),
        case('the last bit of the ciphertext flipped', sealed=flip(sealed, 8 * len(body) - 1)),
        case('the ciphertext an octet shorter', sealed=body[:-1] + tag),
        case('the ciphertext a zero longer', sealed=body + b'\0' + tag),
        case('blocks of the ciphertext changed places', sealed=body[16:32] + body[:16] + body[32:] + tag),
        case('a bit of what is beside it flipped', aad=flip(aad, 3)),
        case('nothing beside it', aad=b''),
        case('an octet less beside it', aad=aad[:-1]),
        case('a zero more beside it', aad=aad + b'\0'),
        case('the first octet of the ciphertext beside it', aad=aad + body[:1], sealed=body[1:] + tag),
        case('another nonce', iv=flip(iv, 95)),
        case('another key', key=flip(key, 0)),
    ]
    return tests


def impossible(name, key_size):
    """No message can be opened with these, whatever it is."""
    random = source('impossible ' + name)
    key, iv, sealed = random.randbytes(key_size), random.randbytes(12), random.randbytes(40)
    iv_sizes = [0] if name.startswith('aes') else [0, 1, 8, 11, 13, 14, 16, 24, 32]
    tests = [invalid(f'a nonce of {size} octets', key=key, iv=random.randbytes(size), aad=b'', sealed=sealed)
             for size in iv_sizes]
    tests += [invalid(f'a key of {size} octets', key=random.randbytes(size), iv=iv, aad=b'', sealed=sealed)
              for size in (0, 1, 15, 16, 17, 24, 31, 32, 33, 64) if size != key_size]
    return tests


def long_nonces(name, key_size):
    random = source('nonces ' + name)
    tests = []
    for size in (8, 11, 13, 16, 17, 32, 64):
        key, iv, text, aad = (random.randbytes(each) for each in (key_size, size, 30, 13))
        sealed = cipher(name, key).encrypt(iv, text, aad)
        because = 'NIST SP 800-38D has nonces of any size, and so has crypto:crypto_one_time_aead/6; TLS never does'
        tests.append(accepted(f'a nonce of {size} octets', because, key=key, iv=iv, aad=aad, plaintext=text, sealed=sealed))
    return tests


# ---- GCM: a tag that was chosen first

def gf_times(x, y):
    product = 0
    for bit in range(128):
        if y >> (127 - bit) & 1:
            product ^= x
        x = (x >> 1) ^ (0xe1 << 120 if x & 1 else 0)
    return product


def gf_inverse(x):
    result, power = x, x
    for _ in range(126):
        power = gf_times(power, power)
        result = gf_times(result, power)
    return gf_times(result, result)


def chosen_gcm(name, key_size):
    """The one block beside an empty message is such that the tag comes out as it was chosen."""
    random = source('chosen ' + name)
    tests = []
    for tag in ('00' * 16, 'ff' * 16, '00' * 15 + '01', '80' + '00' * 15, '00' * 8 + 'ff' * 8):
        key, iv = random.randbytes(key_size), random.randbytes(12)
        ecb = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        h, mask = (int.from_bytes(ecb.update(block), 'big') for block in (bytes(16), iv + unhex('00000001')))
        over_h = gf_inverse(h)
        lengths = 128 << 64
        block = gf_times(gf_times(int(tag, 16) ^ mask, over_h) ^ lengths, over_h)
        aad = block.to_bytes(16, 'big')
        sealed = AESGCM(key).encrypt(iv, b'', aad)
        assert sealed.hex() == tag
        tests.append(valid(f'the tag {tag}', key=key, iv=iv, aad=aad, plaintext=b'', sealed=sealed))
        tests.append(invalid(f'the tag {tag} with its last bit flipped', key=key, iv=iv, aad=aad, sealed=flip(sealed, 120)))
    return tests


# ---- Poly1305: a sum that was chosen first

def chosen_poly1305():
    """Ciphertexts with which the sum, before the one-time pad is added, ends near the modulus or 2^128."""
    random = source('chosen poly1305')
    tests = []
    targets = {'0': 0, '1': 1, '4': 4, 'p - 1': P - 1, 'p - 2': P - 2, '2^128 - 1': 2**128 - 1, '2^128': 2**128,
               '2^129': 2**129, '2^130 - 6': 2**130 - 6, '2^64': 2**64, '2^128 - 2^96': 2**128 - 2**96}
    for comment, target in targets.items():
        while True:
            key, iv = random.randbytes(32), random.randbytes(12)
            stream = Cipher(algorithms.ChaCha20(key, bytes(4) + iv), None).encryptor().update(bytes(80))
            r = int.from_bytes(stream[:16], 'little') & 0x0ffffffc0ffffffc0ffffffc0fffffff
            over_r = pow(r, -1, P)
            lengths = (1 << 128) + (16 << 64)
            block = (((target * over_r - lengths) * over_r) - (1 << 128)) % P
            if block < 1 << 128:
                break
        ciphertext = block.to_bytes(16, 'little')
        text = bytes(a ^ b for a, b in zip(ciphertext, stream[64:80]))
        sealed = ChaCha20Poly1305(key).encrypt(iv, text, b'')
        pad = int.from_bytes(stream[16:32], 'little')
        assert sealed == ciphertext + ((target + pad) % 2**128).to_bytes(16, 'little')
        tests.append(valid(f'the sum {comment}', key=key, iv=iv, aad=b'', plaintext=text, sealed=sealed))
        tests.append(invalid(f'the sum {comment}, the tag without its pad', key=key, iv=iv, aad=b'',
                             sealed=ciphertext + (target % 2**128).to_bytes(16, 'little')))
    return tests


# ---- The construction of the draft, before RFC 7539: nonces of 8 octets, and lengths after what they are of

def draft_seal(key, nonce, text, aad):
    stream = Cipher(algorithms.ChaCha20(key, bytes(8) + nonce), None).encryptor().update(bytes(64) + text)
    ciphertext = stream[64:]
    mac = Poly1305(stream[:32])
    for part in (aad, ciphertext):
        mac.update(part + len(part).to_bytes(8, 'little'))
    return ciphertext + mac.finalize()


def draft():
    random = source('draft')
    tests = []
    for text_size, aad_size in SIZES:
        key, iv, text, aad = (random.randbytes(each) for each in (32, 8, text_size, aad_size))
        comment = f'{text_size} octets with {aad_size} octets beside them'
        tests.append(valid(comment, key=key, iv=iv, aad=aad, plaintext=text, sealed=draft_seal(key, iv, text, aad)))
    key, iv, aad, text = (random.randbytes(size) for size in (32, 8, 13, 40))
    sealed = draft_seal(key, iv, text, aad)
    cases = [('a bit of the tag flipped', iv, aad, flip(sealed, 8 * 40)), ('the last bit of the tag flipped', iv, aad, flip(sealed, 8 * 56 - 1)),
             ('a bit of the ciphertext flipped', iv, aad, flip(sealed, 0)), ('a tag of zeros', iv, aad, sealed[:-16] + bytes(16)),
             ('the tag cut', iv, aad, sealed[:-1]), ('a zero after the tag', iv, aad, sealed + b'\0'), ('nothing', iv, aad, b''),
             ('another nonce', flip(iv, 0), aad, sealed), ('nothing beside it', iv, b'', sealed), ('a zero more beside it', iv, aad + b'\0', sealed),
             ('an octet moved to what is beside it', iv, aad + sealed[:1], sealed[1:]),
             ('sealed as RFC 8439 has it', iv, aad, ChaCha20Poly1305(key).encrypt(bytes(4) + iv, text, aad))]
    return tests + [invalid(comment, key=key, iv=nonce, aad=beside, sealed=data) for comment, nonce, beside, data in cases]


def groups():
    for name, key_size in [('aes_128_gcm', 16), ('aes_256_gcm', 32), ('chacha20_poly1305', 32)]:
        yield group(f'{name}: messages of all sizes', right(name, key_size), cipher=name)
        yield group(f'{name}: messages that were changed', wrong(name, key_size), cipher=name)
        yield group(f'{name}: keys and nonces of other sizes', impossible(name, key_size), cipher=name)
        if name.startswith('aes'):
            yield group(f'{name}: nonces that GCM has to hash', long_nonces(name, key_size), cipher=name)
            yield group(f'{name}: tags that were chosen first', chosen_gcm(name, key_size), cipher=name)
        else:
            yield group(f'{name}: sums that were chosen first', chosen_poly1305(), cipher=name)
    name = 'chacha20_poly1305_draft'
    yield group(f'{name}: messages right and wrong', draft(), cipher=name)


write('aead', 'key, nonce (iv), what is authenticated beside (aad), plaintext, and ciphertext with tag (sealed)', list(groups()))
