"""Readability of Dutch texts, by the Flesch reading ease as adapted to Dutch.

W.H. Douma, De leesbaarheid van landbouwbladen, 1960: 206.84 − 0.93 × words per sentence − 0.77 × syllables per
100 words. A score of 60 to 70 is plain language, about CEFR level B1; higher is easier.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_][^\W_'’]*", re.UNICODE)
# Vowel groups that form one syllable; a diaeresis starts a new one.
_VOWELS = re.compile(
    r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouyàáâèéêìíîòóôùúû]|[äëïöü]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Readability:
    """``reading_ease``: 0 (very hard) to 100 (very easy). ``longest_sentence``: in words."""

    reading_ease: float
    longest_sentence: int
    word_count: int
    words_per_sentence: float
    syllables_per_word: float


def measure_readability(texts: Iterable[str]) -> Readability:
    """Measure the readability of these texts combined."""
    sentences = [words for text in texts for part in _SENTENCE.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(max(1, len(_VOWELS.findall(word))) for word in words)
    per_sentence, per_word = len(words) / len(sentences), syllables / len(words)
    ease = 206.84 - 0.93 * per_sentence - 77 * per_word
    return Readability(ease, max(map(len, sentences)), len(words), per_sentence, per_word)
