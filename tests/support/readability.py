"""How easy a Dutch text is to read: the Flesch reading ease as Douma fitted it to Dutch (W.H. Douma, De leesbaarheid
van landbouwbladen, 1960): 206.84 − 0.93 × words per sentence − 0.77 × syllables per 100 words. Around 60 to 70 is plain
language for everyone, which is about level B1; above that it is easier.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_][^\W_'’]*", re.UNICODE)
# Vowels that sound as one; a trema begins a new syllable.
_VOWELS = re.compile(
    r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouyàáâèéêìíîòóôùúû]|[äëïöü]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Readability:
    """``ease``: 0 (very hard) to 100 (very easy). ``longest``: the words in the longest sentence."""

    reading_ease: float
    longest_sentence: int
    word_count: int
    words_per_sentence: float
    syllables_per_word: float


def measure_readability(texts: Iterable[str]) -> Readability:
    """How easy these texts are together."""
    sentences = [words for text in texts for part in _SENTENCE.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(max(1, len(_VOWELS.findall(word))) for word in words)
    per_sentence, per_word = len(words) / len(sentences), syllables / len(words)
    ease = 206.84 - 0.93 * per_sentence - 77 * per_word
    return Readability(ease, max(map(len, sentences)), len(words), per_sentence, per_word)
