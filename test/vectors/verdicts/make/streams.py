"""RC4 (RFC 6229's keys and offsets), DES and triple DES in CBC mode, by OpenSSL's legacy provider."""

import subprocess

from kit import group, source, unhex, valid, write


def openssl(cipher, key, iv, data):
    command = ['openssl', 'enc', '-provider', 'legacy', '-provider', 'default', f'-{cipher}', '-K', key.hex(), '-nopad']
    if iv:
        command += ['-iv', iv.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def rc4(key, size):
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    stream = bytearray()
    for _ in range(size):
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        stream.append(box[(box[i] + box[j]) % 256])
    return bytes(stream)


def rc4_vectors():
    upwards = bytes(range(1, 33))
    assert rc4(upwards[:5], 16).hex() == 'b2396305f03dc027ccc3524a0a1118a8'
    sixteen = upwards[:16]
    assert openssl('rc4', sixteen, b'', bytes(4112)) == rc4(sixteen, 4112)
    keys = [upwards[:size] for size in (5, 7, 8, 10, 16, 24, 32)]
    keys += [unhex('833222772a'), unhex('c109163908ebe51debb46227c6cc8b37641910833222772a')]
    tests = []
    for key in keys:
        stream = rc4(key, 4112)
        for at in (0, 240, 1520, 4096):
            tests.append(valid(f'a key of {len(key)} octets, at {at}', key=key, at=at, stream=stream[at:at + 16]))
    return tests


def block_vectors(cipher, name, key_size):
    random = source(name)
    tests = []
    for blocks in (1, 2, 3, 8, 17):
        key, iv, text = random.randbytes(key_size), random.randbytes(8), random.randbytes(8 * blocks)
        tests.append(valid(f'{blocks} blocks', key=key, iv=iv, plaintext=text, ciphertext=openssl(name, key, iv, text)))
    for bit in (0, 31, 32, 63):
        text = (1 << (63 - bit)).to_bytes(8, 'big')
        key = unhex('0101010101010101') * (key_size // 8)
        tests.append(valid(f'bit {bit} alone', key=key, iv=bytes(8), plaintext=text, ciphertext=openssl(name, key, bytes(8), text)))
    for comment, weak in [('zeros', '00' * 8), ('ones', 'ff' * 8), ('weak', 'fefefefefefefefe'), ('weak', '1f1f1f1f0e0e0e0e'),
                          ('half weak', '01fe01fe01fe01fe'), ('half weak', '1ffe1ffe0efe0efe')]:
        key, text = unhex(weak) * (key_size // 8), random.randbytes(24)
        tests.append(valid(f'a {comment} key', key=key, iv=bytes(8), plaintext=text, ciphertext=openssl(name, key, bytes(8), text)))
    key, iv, text = random.randbytes(key_size), random.randbytes(8), random.randbytes(16)
    for comment, other in [('the parity of the key right', bytes(octet & 0xfe | 1 ^ bin(octet >> 1).count('1') % 2 for octet in key)),
                           ('the parity of the key wrong', bytes(octet & 0xfe | bin(octet >> 1).count('1') % 2 for octet in key))]:
        tests.append(valid(comment, key=other, iv=iv, plaintext=text, ciphertext=openssl(name, other, iv, text)))
    if key_size == 24:
        for comment, key in [('the first two keys equal', key[:8] + key), ('the last two keys equal', key[:16] + key[8:16]),
                             ('the first and last key equal', key[:16] + key[:8])]:
            key = key[:24]
            tests.append(valid(comment, key=key, iv=iv, plaintext=text, ciphertext=openssl(name, key, iv, text)))
    return tests


write('streams', 'RC4: 16 octets of the stream of key; DES: key, iv, plaintext and ciphertext in CBC mode', [
    group('rc4', rc4_vectors(), cipher='rc4'),
    group('des_cbc', block_vectors('des_cbc', 'des-cbc', 8), cipher='des_cbc'),
    group('des_ede3_cbc', block_vectors('des_ede3_cbc', 'des-ede3-cbc', 24), cipher='des_ede3_cbc'),
])
