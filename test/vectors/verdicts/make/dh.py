"""Diffie-Hellman modulo a prime: right secrets, public values that are none, and groups that are none."""

from kit import accepted, group, invalid, octets, refused, source, valid, write
from rsa import is_prime
from srp import modp

EXPLICIT = 'RFC 5246 7.4.7.2 has any number of octets; the value is what counts'
SUBGROUP = 'without the order of the group, which TLS does not tell, nobody can see that a value is of a small subgroup'


def big(number):
    return octets(number, max(1, (number.bit_length() + 7) // 8))


def prime_with_small_factors(bits):
    """p - 1 is divisible by 3, 5 and 7, and by a large prime; 2 is not of small order."""
    random = source(f'dh {bits}')
    while True:
        q = random.getrandbits(bits - 12) | 1 << (bits - 13) | 1
        for cofactor in range(210, 210 * 40, 210):
            p = q * cofactor + 1
            if p.bit_length() == bits and is_prime(p, random) and is_prime(q, random):
                return p


def vectors(name, p, g):
    random = source('dh vectors ' + name)
    size = (p.bit_length() + 7) // 8
    private = random.randrange(1 << 200, 1 << 225)

    def case(comment, peer, because=None, key=private):
        shared = pow(int.from_bytes(peer, 'big'), key, p)
        values = {'private': big(key), 'peer': peer, 'shared': octets(shared, size)}
        return accepted(comment, because, **values) if because else valid(comment, **values)

    def none(comment, peer):
        return invalid(comment, private=big(private), peer=peer)

    other = pow(g, random.randrange(1 << 200, 1 << 225), p)
    tests = [case('an everyday value', octets(other, size)), case('2', b'\2'), case('3', b'\3'), case('the generator', big(g)),
             case('p - 2', big(p - 2)), case('p - 3', big(p - 3)), case('(p - 1) / 2', big(p >> 1)),
             case('the private value 2', octets(other, size), key=2), case('the private value 3', octets(other, size), key=3),
             case('a private value as long as p', octets(other, size), key=p - 2),
             case('2, filled up with zeros', octets(2, size), EXPLICIT), case('a zero more before it', b'\0' + octets(other, size), EXPLICIT)]
    peer, found = other, 0
    while found < 2:
        # A secret that begins with a zero keeps it here.
        peer = peer * g % p
        if pow(peer, private, p) >> (8 * size - 8) == 0:
            tests.append(case('a secret that begins with a zero', big(peer)))
            found += 1
    tests += [none(comment, value) for comment, value in [
        ('nothing', b''), ('0', b'\0'), ('0, filled up', bytes(size)), ('1', b'\1'), ('1, filled up', octets(1, size)), ('p - 1', big(p - 1)),
        ('p', big(p)), ('p + 1', big(p + 1)), ('p + 2', big(p + 2)), ('2p - 1', big(2 * p - 1)), ('2p', big(2 * p)), ('2p + 1', big(2 * p + 1)),
        ('p added to a value', big(p + other)), ('ones, an octet longer than p', b'\xff' * (size + 1)), ('p twice', big(p) + big(p)),
        ('a value and an octet after it', octets(other, size) + b'\1')]]
    return tests


def small_subgroups(p, size):
    """What these give shows some bits of the private value, which therefore is never used again."""
    tests = []
    for order in (3, 5, 7):
        peer = next(pow(h, (p - 1) // order, p) for h in range(2, 99) if pow(h, (p - 1) // order, p) != 1)
        for comment, private in [('not divisible', (1 << 200) * order + 1), ('divisible', (1 << 200) * order)]:
            shared = pow(peer, private, p)
            values = {'private': big(private), 'peer': octets(peer, size), 'shared': octets(shared, size)}
            said = f'a value of order {order}, the private value {comment} by it'
            if shared == 1:
                tests.append(refused(said, 'NIST SP 800-56A 5.7.1.1: a secret of 1 is an error', **values))
            else:
                tests.append(accepted(said, SUBGROUP, **values))
    return tests


def no_groups():
    p = modp(1024)
    cases = [('p = 0', 0, 2), ('p = 1', 1, 2), ('p = 7', 7, 3), ('p of 511 bits', (1 << 510) + 15, 2), ('p even', p + 1, 2),
             ('p of 8193 bits', (1 << 8192) + 897, 2), ('g = 0', p, 0), ('g = 1', p, 1), ('g = p - 1', p, p - 1), ('g = p', p, p),
             ('g = p + 1', p, p + 1), ('g = p + 2', p, p + 2), ('g = 2p', p, 2 * p)]
    tests = [invalid(comment, p=big(prime), g=big(g), private='07') for comment, prime, g in cases]
    return [valid('modp1024', p=big(p), g='02', private='07'), valid('g = p - 2', p=big(p), g=big(p - 2), private='07'),
            valid('g of some octets', p=big(p), g=big(0x123456789), private='07'), *tests]


def groups():
    odd = prime_with_small_factors(643)
    for name, p, g in [('modp1024', modp(1024), 2), ('modp2048', modp(2048), 2), ('a prime of 643 bits', odd, 2)]:
        bits = p.bit_length()
        tests = vectors(name, p, g)
        if name.startswith('modp'):
            tests = tests[::3 if bits == 1024 else 6]
        yield group(f'{name}: public values', tests, p=big(p), g=big(g))
    yield group('a prime of 643 bits: small subgroups', small_subgroups(odd, (odd.bit_length() + 7) // 8), p=big(odd), g='02')
    yield group('groups', no_groups())


write('dh', 'group (p, g), private value, the peer\'s public value (peer) and the secret (shared)', list(groups()))
