"""Japanese text, to the character: normalisation, words, sentences, quantities, lexicon."""
