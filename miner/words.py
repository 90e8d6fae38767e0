"""Russian words without spaCy: tokens, lemmas, stop words, and navec's vectors of 250 thousand word forms.

Everything is read on first use and remembered.

>>> tokens("Всё ещё жду з/п, уже 3-й месяц!")
['все', 'еще', 'жду', 'з/п', 'уже', '3', 'й', 'месяц']
>>> [lemma(word) for word in tokens("надоело ждать выплаты")]
[('надоесть', 'VERB'), ('ждать', 'VERB'), ('выплата', 'NOUN')]
"""

from __future__ import annotations

import functools
import importlib.util
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from miner.errors import BadInput

NAVEC = "navec_news_v1_1B_250K_300d_100q.tar"
DIMENSIONS = 300
REMEMBERED = 500_000
# The analyses of a word weigh some three kilobytes.
ANALYSED = 20_000

# «з/п», «б/у» and «м/м» are words; «и/или» is none, but costs nothing.
_TOKEN = re.compile(r"[а-яa-z]/[а-яa-z](?![а-яa-z])|[а-яa-z]+(?:-[а-яa-z]+)*|\d+")
# A letter repeated thrice or more is emphasis: «даааа».
_DRAWL = re.compile(r"([а-яa-z])\1{2,}")

PARTS = {
    "NOUN": "NOUN",
    "ADJF": "ADJ",
    "ADJS": "ADJ",
    "COMP": "ADJ",
    "VERB": "VERB",
    "INFN": "VERB",
    "PRTF": "VERB",
    "PRTS": "VERB",
    "GRND": "VERB",
    "NUMR": "NUM",
    "ADVB": "ADV",
    "PRED": "ADV",
    "NPRO": "PRON",
    "PREP": "ADP",
    "CONJ": "CONJ",
    "PRCL": "PART",
    "INTJ": "INTJ",
}
PROPER = ("Name", "Surn", "Patr", "Geox")
# Lemmas of the OpenCorpora dictionary that nobody would look for, and what a reader expects.
EXPECTED = {"деньга": "деньги", "родный": "родной", "основный": "основной", "должный": "должен", "ребятёнок": "ребенок"}
SHORT_FORMS = {
    "з/п": ("зарплата", "NOUN"),
    "зп": ("зарплата", "NOUN"),
    "зарплатка": ("зарплата", "NOUN"),
    "б/у": ("подержанный", "ADJ"),
    "щас": ("сейчас", "ADV"),
    "ща": ("сейчас", "ADV"),
    "чо": ("что", "PRON"),
    "че": ("что", "PRON"),
    "норм": ("нормально", "ADV"),
    "комп": ("компьютер", "NOUN"),
    "инет": ("интернет", "NOUN"),
    "руб": ("рубль", "NOUN"),
    "тыс": ("тысяча", "NUM"),
    "ул": ("улица", "NOUN"),
    "обл": ("область", "NOUN"),
    "мес": ("месяц", "NOUN"),
}

EMPTY_PARTS = frozenset(("ADP", "CONJ", "PART", "INTJ", "PRON", "NUM", "SYM"))
STOP_WORDS = frozenset(  # a list of two hundred quoted words reads worse than a paragraph
    """
    а без благодарить блин более больше будто бы быть в вам вас ваш ведь весь видимо вместо вне во возможно
    вообще вопрос вот впрочем время вроде все всегда всего вы где говорить год да даже данный делать день для до
    добрый должен другой его ее ей ему если есть еще же за заранее затем зачем здесь здравствовать здравствуйте
    знать и идти из или им именно иметь иногда итак их ихний к каждый как какой какой-либо какой-нибудь какой-то
    когда конечно короче который кстати кто кто-то куда ли либо лишь любой между менее меньше меня месяц мне
    многий много можно мой мочь мы на наверное над надо наконец например нас наш не него нее ней некоторый
    нельзя необходимо несколько нет нибудь никак никакой никогда никто ничто но ну нужно о об оба один однако
    около он она они оно опять от ото очень перед по под пожалуйста пойти пока после потом потому почему почти
    поэтому при притом причем про просить просто просьба прошу прям прямо пусть раз разве с сам самый свой
    сделать себя сегодня сейчас сказать со совсем спасибо становиться стать столько сюда так также такой там
    твой те тем теперь типа то тогда того тоже той только том тот ту тут ты у уважаемый уж уже хотеть хоть хотя
    чего чей человек чем через что чтоб чтобы чуть эта эти это этот я являться
    """.split()
)


def natasha_folder() -> Path:
    """The folder of the natasha package, which carries navec; natasha itself is not imported, it drags pymorphy2."""
    spec = importlib.util.find_spec("natasha")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        return Path(location)
    raise BadInput(f"the natasha package is not installed, it carries the word vectors {NAVEC}. Install natasha.")


class Navec:
    """Word forms and their vectors of 300 numbers, kept quantised (25 MB). Forms are spelt without ё.

    ``ids`` maps a form to its row; ``unknown`` is the row of every other form.
    """

    def __init__(self, path: Path) -> None:
        from navec.tar import Tar
        from navec.vocab import Vocab

        with Tar(str(path)) as tar:
            vocab = Vocab.from_file(tar.load("vocab.bin"))
            quantised = tar.load("pq.bin").read()
        self.ids: dict[str, int] = vocab.word_ids
        self.unknown: int = vocab.unk_id
        vectors, parts, centroids = (int(n) for n in np.frombuffer(quantised, np.uint32, 4)[[0, 2, 3]])
        head = 4 * 4
        self.indexes = np.frombuffer(quantised, np.uint8, vectors * parts, head).reshape(vectors, parts)
        codes = np.frombuffer(quantised, np.float32, offset=head + vectors * parts)
        self.codes = codes.reshape(parts, centroids, -1)
        self.parts = np.arange(parts)

    def __contains__(self, word: str) -> bool:
        return word in self.ids

    def __getitem__(self, word: str) -> np.ndarray:
        vector: np.ndarray = self.vectors(np.array([self.ids[word]]))[0]
        return vector

    def vectors(self, ids: np.ndarray) -> np.ndarray:
        """Return (words, 300) float32."""
        vectors: np.ndarray = self.codes[self.parts, self.indexes[ids]].reshape(len(ids), -1)
        return vectors

    @functools.cached_property
    def words(self) -> Sequence[str]:
        """All forms in alphabetical order, for look-ups by prefix."""
        return sorted(self.ids)


@functools.cache
def navec() -> Navec:
    """The one set of vectors of this process, read in 0.15 seconds. Raises BadInput when natasha is missing."""
    path = natasha_folder() / "data" / "emb" / NAVEC
    if not path.is_file():
        raise BadInput(f"{path}: no such file. Install natasha again, it carries the word vectors.")
    return Navec(path)


def plain(text: str) -> str:
    """Lower case without ё and without drawl; the letters may move, so offsets into it are not the text's.

    >>> plain("Ну ДАААЙТЕ же её!")
    'ну дайте же ее!'
    """
    return _DRAWL.sub(r"\1", text.lower().replace("ё", "е"))


def tokens(text: str) -> list[str]:
    """Words and numbers of a text, plain, in order; punctuation, emoji and other alphabets are dropped.

    >>> tokens("В ЦЗН-е по-прежнему очередь 😡")
    ['в', 'цзн-е', 'по-прежнему', 'очередь']
    """
    return _TOKEN.findall(plain(text))


@functools.cache
def analyser() -> Any:
    """The one pymorphy3 analyser of this process; what it said of a word it remembers."""
    import pymorphy3

    analyser = pymorphy3.MorphAnalyzer(lang="ru")
    parse = analyser.parse

    def parse_any(word: str) -> Any:
        try:
            return parse(word)
        except ValueError:
            # It asks Unicode for the name of every letter, and Tangut ones, for instance, have none.
            return parse("".join(letter if unicodedata.name(letter, "") else "\ufffd" for letter in word))

    analyser.parse = functools.lru_cache(maxsize=ANALYSED)(parse_any)
    return analyser


@functools.lru_cache(maxsize=REMEMBERED)
def lemma(word: str) -> tuple[str, str]:
    """Return the dictionary form of a plain word, without ё, and its part of speech by Universal Dependencies.

    Conjunctions are all CONJ, a word in Latin letters is X, a number NUM.

    >>> lemma("зарплатой"), lemma("работающим"), lemma("москве"), lemma("hr"), lemma("з/п")
    (('зарплата', 'NOUN'), ('работать', 'VERB'), ('москва', 'PROPN'), ('hr', 'X'), ('зарплата', 'NOUN'))
    """
    if short := SHORT_FORMS.get(word):
        return short
    if word.isdecimal():
        return word, "NUM"
    analysis = analyser().parse(word)[0]
    tag = analysis.tag
    if "LATN" in tag:
        return word, "X"
    part = "PROPN" if any(mark in tag for mark in PROPER) else PARTS.get(str(tag.POS), "X")
    form = EXPECTED.get(analysis.normal_form, analysis.normal_form)
    return form.replace("ё", "е"), part


def known(word: str) -> bool:
    """Whether the dictionary has the word.

    >>> known("зарплата"), known("зарплтаа")
    (True, False)
    """
    return bool(analyser().word_is_known(word))


def is_stop(form: str, part: str) -> bool:
    """Whether a lemma of that part of speech says nothing of the topic.

    >>> [is_stop(*lemma(word)) for word in tokens("мы ждем от вас ответа")]
    [True, False, True, True, False]
    """
    return part in EMPTY_PARTS or form in STOP_WORDS or len(form) < 2


def content(text: str) -> list[tuple[str, str]]:
    """Lemmas with their parts of speech, stop words and numbers left out.

    >>> content("Не могу найти работу рядом с домом")
    [('найти', 'VERB'), ('работа', 'NOUN'), ('рядом', 'ADV'), ('дом', 'NOUN')]
    """
    return [pair for pair in map(lemma, tokens(text)) if not is_stop(*pair)]


def agree(adjective: Any, noun: Any) -> bool:
    """Whether the tags of an adjective and a noun go together: case and number, of one thing its gender too.

    >>> tags = [analyser().parse(word)[0].tag for word in ("долгая", "дорога", "день")]
    >>> agree(tags[0], tags[1]), agree(tags[0], tags[2])
    (True, False)
    """
    same_case = adjective.case == noun.case and adjective.number == noun.number
    return bool(same_case and (noun.number == "plur" or adjective.gender == noun.gender))
