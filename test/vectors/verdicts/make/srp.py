"""SRP-6a (RFC 5054): the example of its appendix B, one exchange in each group, and public values that are none.

The primes are asked of OTP."""

import functools
import hashlib
import subprocess

from kit import group, invalid, octets, refused, source, unhex, valid, write

GENERATORS = {1024: 2, 1536: 2, 2048: 2, 3072: 5, 4096: 5, 6144: 5, 8192: 19}


def erlang(expression):
    command = ['erl', '-noinput', '-eval', f'io:format("~s", [binary:encode_hex({expression})])', '-s', 'init', 'stop']
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout, 16)


@functools.cache
def otp_prime(bits):
    return erlang(f'element(2, ssl_srp_primes:get_srp_params(srp_{bits}))')


def modp(bits):
    """RFC 2412 E.2, RFC 3526: ones, then digits of pi, then ones, and the least addend that makes it a safe prime."""
    addends = {1024: 129093, 2048: 124476}
    return (1 << bits) - (1 << (bits - 64)) - 1 + (1 << 64) * (pi_times_power_of_2(bits - 130) + addends[bits])


def pi_times_power_of_2(power):
    """Machin's formula, with some bits to spare."""
    one = 1 << (power + 64)

    def arctan_inverse(x):
        term, total, k = one // x, one // x, 1
        while term:
            term //= x * x
            total += -term // (2 * k + 1) if k % 2 else term // (2 * k + 1)
            k += 1
        return total

    return (4 * (4 * arctan_inverse(5) - arctan_inverse(239))) >> 64


def sha(*pieces):
    return hashlib.sha1(b''.join(pieces)).digest()


def number(data):
    return int.from_bytes(data, 'big')


def big(value):
    return octets(value, max(1, (value.bit_length() + 7) // 8))


class Exchange:
    def __init__(self, bits, user, password, salt, a, b):
        self.bits, self.n, self.g, self.size = bits, otp_prime(bits), GENERATORS[bits], bits // 8
        self.user, self.password, self.salt, self.a, self.b = user, password, salt, a, b
        self.k = number(sha(octets(self.n, self.size), octets(self.g, self.size)))
        self.x = sha(salt, sha(user, b':', password))
        self.v = pow(self.g, number(self.x), self.n)
        self.A = pow(self.g, a, self.n)
        self.B = (self.k * self.v + pow(self.g, b, self.n)) % self.n

    def u(self, A, B):
        return number(sha(octets(A, self.size), octets(B, self.size)))

    def client(self, B):
        return pow(B - self.k * self.v, self.a + self.u(self.A, B) * number(self.x), self.n)

    def server(self, A):
        return pow(A * pow(self.v, self.u(A, self.B), self.n), self.b, self.n)

    def values(self):
        return {'group': f'srp_{self.bits}', 'user': self.user, 'password': self.password, 'salt': self.salt, 'x': self.x,
                'a': big(self.a), 'b': big(self.b)}

    def right(self, comment):
        premaster = self.client(self.B)
        assert premaster == self.server(self.A)
        return valid(comment, **self.values(), client_public=big(self.A), server_public=big(self.B), premaster=big(premaster))


def appendix_b():
    made = Exchange(1024, b'alice', b'password123', unhex('beb25379d1a8581eb5a727673a2441ee'),
                    0x60975527035cf2ad1989806f0407210bc81edc04e2762a56afd529ddda2d4393,
                    0xe487cb59d31ac550471e81f00f6928e01dda08e974a004f49e61f5d105284d20)
    assert made.k == 0x7556aa045aef2cdd07abaf0f665c3e818913186f
    assert made.x.hex() == '94b7555aabe9127cc58ccf4993db6cf84d16c124'
    assert made.u(made.A, made.B) == 0xce38b9593487da98554ed47d70a7ae5f462ef019
    return made


def in_each_group():
    random = source('srp groups')
    for bits in GENERATORS:
        yield Exchange(bits, b'user', b'secret', random.randbytes(16), random.getrandbits(256), random.getrandbits(256)).right(f'{bits} bits')


def remarkable():
    random = source('srp remarkable')

    def fresh(user=b'user', password=b'secret', salt=None):
        return Exchange(1024, user, password, random.randbytes(16) if salt is None else salt, random.getrandbits(256), random.getrandbits(256))

    tests = [fresh(b'', b'').right('no name and no password'), fresh('Åsa'.encode(), 'påssörd'.encode()).right('names in UTF-8'),
             fresh(b'a:b', b'c').right('a name with a colon'), fresh(b'x' * 255, b'y' * 300).right('a long name'),
             fresh(salt=b'\0').right('a salt of one zero'), fresh(salt=bytes(255)).right('a salt of 255 zeros')]
    wanted = {'A': lambda e: e.A, 'B': lambda e: e.B, 'the secret': lambda e: e.client(e.B)}
    while wanted:
        made = fresh()
        for which in [each for each, get in wanted.items() if get(made) >> 1016 == 0]:
            del wanted[which]
            tests.append(made.right(f'{which} begins with a zero, which is not sent or used'))
    return tests


def wrong():
    made = appendix_b()
    n = made.n
    tests = []
    for comment, value in [('0', b'\0'), ('nothing', b''), ('zeros', bytes(128)), ('N', big(n)), ('2N', big(2 * n)), ('N 2^64', big(n << 64)),
                           ('N, a zero before it', b'\0' + big(n))]:
        tests.append(invalid(f'A = {comment}', **made.values(), client_public=value))
        tests.append(invalid(f'B = {comment}', **made.values(), server_public=value))
    for comment, value in [('N + 1', n + 1), ('N + A', n + made.A)]:
        because = 'RFC 5054 2.5.4 asks for A mod N other than 0; a number that is not below N was not made by it'
        tests.append(refused(f'A = {comment}', because, **made.values(), client_public=big(value)))
    for comment, value in [('N + 2', n + 2), ('N + B', n + made.B)]:
        because = 'RFC 5054 2.5.3 asks for B mod N other than 0; a number that is not below N was not made by it'
        tests.append(refused(f'B = {comment}', because, **made.values(), server_public=big(value)))
    tests.append(refused('B = k v, which makes the secret 0', 'the secret is one that everybody knows', **made.values(),
                         server_public=big(made.k * made.v % n)))
    for comment, A in [('1', 1), ('N - 1', n - 1), ('2', 2)]:
        tests.append(valid(f'A = {comment}', **made.values(), client_public=big(A), premaster=big(made.server(A))))
    for comment, B in [('1', 1), ('N - 1', n - 1), ('2', 2)]:
        tests.append(valid(f'B = {comment}', **made.values(), server_public=big(B), premaster=big(made.client(B))))
    return tests


if __name__ == '__main__':
    write('srp', 'user, password, salt, their hash (x), private values (a, b), what is sent, and the premaster secret', [
        group('the example of RFC 5054', [appendix_b().right('appendix B')]),
        group('each group', list(in_each_group())),
        group('remarkable exchanges', remarkable()),
        group('public values', wrong()),
    ])
