"""What the load generators write by themselves of MQTT 3.1.1, because a client library would be the bottleneck."""


def encode_remaining_length(length: int) -> bytes:
    """The length of what follows (2.2.3): seven bits an octet, the least first."""
    encoded = bytearray()
    while length > 127:
        encoded.append(length % 128 | 128)
        length //= 128
    return bytes([*encoded, length])
