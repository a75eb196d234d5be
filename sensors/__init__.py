"""What a sensor is: the vocabulary and the schema that all programs share."""
