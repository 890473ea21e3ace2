"""Which earlier texts say the same as a new one: weighted pairs of characters in a sparse index.

Chinese is written without blanks, so a text is read as its pairs of neighbouring characters;
words that a pack calls synonyms are written alike first, and count as meanings of their own.
A pair weighs the more the rarer it is; the likeness is the cosine of the weights. Nothing is
asked over a network.
"""

import math
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z][a-z0-9]+")
_ROWS = np.uint64(0xFFFFFFFF)
_TERM = np.uint64(32)

Terms = NDArray[np.uint32]


@lru_cache(maxsize=8)
def _variants(synonyms: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    said = {word: title for title, words in synonyms for word in (title, *words)}
    longest = sorted(said, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest)) or r"(?!)"), said


Synonyms = tuple[tuple[str, tuple[str, ...]], ...]
"""Titles with the words that say the same, all in plain writing."""


def written_alike(plain: str, synonyms: Synonyms) -> tuple[str, frozenset[str]]:
    """Return a plain text with synonyms written alike, and the meanings found in it."""
    pattern, said = _variants(synonyms)
    met: set[str] = set()

    def alike(found: re.Match[str]) -> str:
        title = said[found.group()]
        met.add(title)
        return title

    return pattern.sub(alike, plain), frozenset(met)


def pieces_of(plain: str, synonyms: Synonyms) -> set[str]:
    """Return what a text is made of: pairs of characters, foreign words, meanings."""
    text, met = written_alike(plain, synonyms)
    found = {f"={title}" for title in met}
    for run in _RUNS.findall(text):
        if run[0].isascii() or len(run) == 1:
            found.add(run)
        else:
            found.update(first + second for first, second in pairwise(run))
    return found


def terms_of(plain: str, synonyms: Synonyms) -> Terms:
    """Return a text as sorted numbers, one for each different piece."""
    numbers = {zlib.crc32(piece.encode()) for piece in pieces_of(plain, synonyms)}
    return np.array(sorted(numbers), dtype=np.uint32)


def common_words(plain: str, other: str, synonyms: Synonyms, most: int = 8) -> list[str]:
    """Return the longest wordings that two texts share, as the second writes them."""
    text, _ = written_alike(other, synonyms)
    shared = pieces_of(plain, synonyms)
    words: set[str] = set()
    for run in _RUNS.findall(text):
        if run[0].isascii():
            words |= {run} & shared
            continue
        start = 0
        for at, (first, second) in enumerate(pairwise(run)):
            if first + second not in shared:
                words.add(run[start : at + 1])
                start = at + 1
        words.add(run[start:])
    longest = sorted((word for word in words if len(word) > 1), key=lambda word: (-len(word), word))
    kept: list[str] = []
    for word in longest:
        if not any(word in known for known in kept):
            kept.append(word)
    return kept[:most]


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is one of the words."""
    longest = sorted(words, key=len, reverse=True)
    if not longest:
        return [(text, False)]
    parts = re.split("(" + "|".join(map(re.escape, longest)) + ")", text)
    return [(part, at % 2 == 1) for at, part in enumerate(parts) if part]


@dataclass(frozen=True, slots=True)
class Entered:
    """One earlier text as the index takes it in: its key, who asked, which duty, its terms."""

    key: int
    issuer: int
    duty: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Hit:
    """An earlier text and how like it is, between 0 and 1."""

    key: int
    duty: str
    score: float


@dataclass
class SparseIndex:
    """All earlier texts, found by their terms; one number of eight bytes for each term of each text.

    What is new is kept aside until there is enough of it to be sorted in.
    """

    aside_most: int = 256
    _keys: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _issuers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _duties: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    _norms: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    _postings: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    _names: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _aside: list[Entered] = field(default_factory=list)
    _beside: dict[int, int] = field(default_factory=dict)
    _asked: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._keys) + len(self._aside)

    @property
    def nbytes(self) -> int:
        """How much memory the sorted part takes."""
        arrays = (self._keys, self._issuers, self._duties, self._norms, self._postings)
        return sum(array.nbytes for array in arrays)

    @property
    def issuers(self) -> frozenset[int]:
        """Everybody who ever asked."""
        return frozenset(self._asked)

    def enter(self, entered: Sequence[Entered]) -> None:
        """Take in more texts."""
        self._aside += entered
        self._asked.update(each.issuer for each in entered)
        if len(self._aside) > self.aside_most:
            self._sort_in()
            return
        for each in entered:
            for number in each.terms.tolist():
                self._beside[number] = self._beside.get(number, 0) + 1

    def fill(
        self, keys: Sequence[int], issuers: Sequence[int], duties: Sequence[str], packed: Sequence[bytes]
    ) -> None:
        """Take in very many texts at once, their terms packed as they are kept: four bytes each."""
        sizes = np.fromiter((len(each) // 4 for each in packed), dtype=np.int64, count=len(packed))
        self._asked.update(issuers)
        self._merge(keys, issuers, duties, np.frombuffer(b"".join(packed), dtype="<u4"), sizes)

    def _number(self, duty: str) -> int:
        if duty not in self._numbers:
            self._numbers[duty] = len(self._names)
            self._names.append(duty)
        return self._numbers[duty]

    def _sort_in(self) -> None:
        new, self._aside, self._beside = self._aside, [], {}
        self._merge(
            [each.key for each in new],
            [each.issuer for each in new],
            [each.duty for each in new],
            np.concatenate([each.terms for each in new]),
            np.array([len(each.terms) for each in new], dtype=np.int64),
        )

    def _merge(
        self,
        keys: Sequence[int],
        issuers: Sequence[int],
        duties: Sequence[str],
        terms: Terms,
        sizes: NDArray[np.int64],
    ) -> None:
        start = len(self._keys)
        rows = np.repeat(np.arange(start, start + len(keys), dtype=np.uint64), sizes)
        postings = np.concatenate([self._postings, (terms.astype(np.uint64) << _TERM) | rows])
        postings.sort()
        self._postings = postings
        self._keys = np.append(self._keys, np.array(keys, dtype=np.int64))
        self._issuers = np.append(self._issuers, np.array(issuers, dtype=np.int64))
        numbers = np.array([self._number(duty) for duty in duties], dtype=np.int32)
        self._duties = np.append(self._duties, numbers)
        self._norms = self._measured()

    def _measured(self) -> NDArray[np.float32]:
        """Return the length of every text, as its terms weigh now."""
        begins = np.flatnonzero(np.diff(self._postings >> _TERM, prepend=np.uint64(0)))
        if not len(begins) or begins[0] != 0:
            begins = np.concatenate([[0], begins])
        counts = np.diff(begins, append=len(self._postings))
        squares = np.repeat(np.square(np.log((len(self) + 1) / (counts + 1)) + 1), counts)
        sums = np.bincount(
            (self._postings & _ROWS).astype(np.int64), weights=squares, minlength=len(self._keys)
        )
        return np.sqrt(np.maximum(sums, 1e-9)).astype(np.float32)

    def search(
        self, terms: Terms, *, issuers: Collection[int], but_duty: str = "", least: float = 0.2, most: int = 5
    ) -> list[Hit]:
        """Return the texts most like some terms, one a duty and that the newest of equals.

        Only texts of certain issuers count, and none of one's own duty.
        """
        if not len(terms):
            return []
        lows, highs = self._slices(terms)
        weights = self._weights(terms, highs - lows)
        length = math.sqrt(float(np.square(weights).sum()))
        slices = [slice(low, high) for low, high in zip(lows, highs, strict=True)]
        best: dict[str, Hit] = {}
        for key, duty, score in (
            *self._sorted_hits(weights, slices, length, issuers),
            *self._aside_hits(terms, length, issuers),
        ):
            known = best.get(duty)
            newer = known is None or (round(score, 2), key) > (round(known.score, 2), known.key)
            if score >= least and duty != but_duty and newer:
                best[duty] = Hit(key, duty, score)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.key))[:most]

    def _slices(self, terms: Terms) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        wide = terms.astype(np.uint64)
        lows = np.searchsorted(self._postings, wide << _TERM)
        return lows, np.searchsorted(self._postings, (wide << _TERM) | _ROWS, side="right")

    def _weights(self, terms: Terms, sorted_in: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how much each term weighs: the rarer, the more."""
        beside = np.array([self._beside.get(number, 0) for number in terms.tolist()], dtype=np.int64)
        weights: NDArray[np.float64] = np.log((len(self) + 1) / (sorted_in + beside + 1)) + 1
        return weights

    def _sorted_hits(
        self,
        weights: NDArray[np.float64],
        slices: Sequence[slice],
        length: float,
        issuers: Collection[int],
    ) -> Iterable[tuple[int, str, float]]:
        if not len(self._keys):
            return
        sums = np.zeros(len(self._keys), dtype=np.float32)
        for weight, part in zip(weights, slices, strict=True):
            sums[(self._postings[part] & _ROWS).astype(np.int64)] += weight * weight
        scores = sums / (self._norms * length)
        scores[~np.isin(self._issuers, np.fromiter(issuers, dtype=np.int64, count=len(issuers)))] = 0
        top = np.zeros(len(self._names), dtype=np.float32)
        np.maximum.at(top, self._duties, scores)
        for duty in np.argsort(-top, kind="stable")[:20]:
            if top[duty] <= 0:
                break
            rows = np.flatnonzero((self._duties == duty) & (scores >= top[duty] - 0.005))
            row = rows[np.argmax(self._keys[rows])]
            yield int(self._keys[row]), self._names[duty], min(1.0, float(scores[row]))

    def _aside_hits(
        self, terms: Terms, length: float, issuers: Collection[int]
    ) -> Iterable[tuple[int, str, float]]:
        for each in self._aside:
            met = np.isin(each.terms, terms, assume_unique=True)
            if each.issuer not in issuers or not met.any():
                continue
            lows, highs = self._slices(each.terms)
            squares = np.square(self._weights(each.terms, highs - lows))
            score = float(squares[met].sum()) / (length * math.sqrt(float(squares.sum())))
            yield each.key, each.duty, min(1.0, score)
