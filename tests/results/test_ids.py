import random

import numpy as np
import pyarrow as pa
import pytest

from gangmu.results.indicators.ids import Replaced, hashes, stand_twice

ALPHABET = "0123456789-abc乙ß\x00"


def _texts(count: int, longest: int = 40) -> list[str]:
    chance = random.Random(5)
    drawn = {"".join(chance.choices(ALPHABET, k=chance.randint(0, longest))) for _ in range(count)}
    return sorted(drawn)


@pytest.mark.parametrize("longest", [2, 7, 8, 12, 16, 17, 40])
def test_different_texts_have_different_hashes(longest: int) -> None:
    texts = _texts(3000, longest)

    found = hashes(pa.array(texts))

    assert len(np.unique(found)) == len(texts)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_hash_depends_on_the_text_alone_and_not_on_its_neighbours(kind: pa.DataType) -> None:
    texts = _texts(500)
    alone = [int(hashes(pa.array([text]))[0]) for text in texts]
    shuffled = random.Random(1).sample(range(len(texts)), len(texts))

    found = hashes(
        pa.array(["before", *(texts[row] for row in shuffled), "after"], kind).slice(1, len(texts))
    )

    assert found.tolist() == [alone[row] for row in shuffled]


def test_no_texts_have_no_hashes() -> None:
    assert len(hashes(pa.array([], pa.string()))) == 0


@pytest.mark.parametrize("count", [0, 1, 300])
def test_replaced_ids_are_found_among_others_and_no_others(count: int) -> None:
    texts = _texts(2000)
    gone = set(texts[:count])
    replaced = Replaced(pa.array([*gone, *gone], pa.large_string()))

    rows = replaced.among(pa.array(texts), hashes(pa.array(texts), replaced.seed))

    assert len(replaced) == count
    assert {texts[row] for row in rows} == gone


def test_an_id_that_stands_twice_is_noticed() -> None:
    texts = _texts(1000)

    assert not stand_twice(hashes(pa.array(texts)))
    assert stand_twice(hashes(pa.array([*texts, texts[17]])))
    assert not stand_twice(hashes(pa.array([], pa.string())))
