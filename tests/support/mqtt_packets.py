"""What the load generators write by themselves of MQTT 3.1.1, because a client library would be the bottleneck."""


def remaining_length(octets: int) -> bytes:
    """The length of what follows (2.2.3): seven bits an octet, the least first."""
    encoded = bytearray()
    while octets > 127:
        encoded.append(octets % 128 | 128)
        octets //= 128
    return bytes([*encoded, octets])
