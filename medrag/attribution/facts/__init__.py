"""Critical facts of a statement: what a paraphrase must keep, to the character.

A checker must not see a statement as a bag of words: 未満 against 以下, 投与する against 投与しない,
食前 against 食後 and 2.5 mg against 5 mg differ by a character and by a patient's harm. So a
statement is read into typed facts (words, quantities, slots, negations, modality, conditions),
each with its place, and two readings are compared fact by fact in aligned clauses.
"""

from medrag.attribution.facts.reading import Reading, SlotValue, read
from medrag.attribution.facts.words import Negator, Word

__all__ = ["Negator", "Reading", "SlotValue", "Word", "read"]
