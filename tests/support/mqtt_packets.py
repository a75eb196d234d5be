"""MQTT 3.1.1 encoding for the load generators, for which a client library would be the bottleneck."""


def encode_remaining_length(length: int) -> bytes:
    """Encode the remaining length (2.2.3): seven bits per octet, least significant first."""
    encoded = bytearray()
    while length > 127:
        encoded.append(length % 128 | 128)
        length //= 128
    return bytes([*encoded, length])
