"""Which language a text is in: naive Bayes over pairs of letters. Any model with predict() does."""

import math
from collections import Counter

SAMPLES = {
    "English": "the quick brown fox jumps over the lazy dog and this is what they were thinking of with all the "
    "others in the house, which is small, while the garden behind it is large and green",
    "German": "der schnelle braune Fuchs springt über den faulen Hund und das ist es, was sie mit all den anderen "
    "im Haus gedacht haben, das klein ist, während der Garten dahinter groß und grün ist",
    "French": "le vif renard brun saute par-dessus le chien paresseux et voilà ce qu'ils pensaient avec tous les "
    "autres dans la maison, qui est petite, tandis que le jardin derrière est grand et vert",
}


def pairs(text):
    text = f" {text.lower()} "
    return [text[i : i + 2] for i in range(len(text) - 1)]


class LanguageModel:
    def __init__(self):
        self.counts = {language: Counter(pairs(sample)) for language, sample in SAMPLES.items()}
        self.totals = {language: sum(counts.values()) for language, counts in self.counts.items()}

    def predict(self, texts):
        """For each text a language and how certain that is, from 0 to 1."""
        return [self._one(pairs(text)) for text in texts]

    def _one(self, found):
        scores = {
            language: sum(math.log((counts[pair] + 0.5) / (self.totals[language] + 400)) for pair in found)
            for language, counts in self.counts.items()
        }
        best = max(scores, key=scores.get)
        return best, 1 / sum(math.exp(score - scores[best]) for score in scores.values())
