"""Which language a short text is in: by alphabet, by letters that Russian lacks, by function words."""

from __future__ import annotations

import re
from collections import Counter

UNKNOWN = "und"
# What says nothing of the author's language.
ADDRESSES = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+|\[/?\w+[^\]\n]{0,80}\]|</?\w+[^>\n]{0,200}>|&\w+;")
ADDRESS_SIGNS = re.compile(r"[@<\[&]|www\.|://")
CYRILLIC = re.compile("[\u0400-\u052f]+")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
FOREIGN_CYRILLIC = re.compile("[\u0400\u0402-\u040f\u0450\u0452-\u052f]")
RUSSIAN_ONLY = re.compile("[ыэъёЫЭЪЁ]")
WORD = re.compile(r"[^\W\d_]+")
LONGEST = 4_000

# A language whose letter is here and in no other row is certain; the function words decide the rest.
LETTERS = {
    "uk": "іїєґ",
    "be": "іў",
    "kk": "әғқңөұүһі",
    "tt": "әөүҗңһ",
    "ba": "әөүҙҫғҡңһ",
    "ky": "ңөү",
    "tg": "ғӣқӯҳҷ",
    "uz": "ғқўҳ",
    "cv": "ӑӗҫӳ",
    "sr": "ђјљњћџ",
    "mk": "ѓѕјљњќџ",
}
FUNCTION_WORDS = {
    "ru": "и в не на что с я по как это но а мне у за из для так же от бы все меня если только уже есть был была было "
    "были они мы вы он она или когда чтобы нет да до ещё еще где очень можно надо то его её ее их ли ну вот при про",
    "uk": "що як але дуже мені немає тільки вже якщо треба щоб був була було були вони ви ми він вона або коли ще де "
    "це цей ця роботу робота чи від під після бути можна має",
    "be": "што гэта вельмі мне няма толькі ужо калі трэба каб быў была былі яны мы вы ён яна або дзе як праца працу ці",
    "kk": "және бұл мен сен біз үшін бар жоқ емес деп бойынша жұмыс қалай керек болды",
    "tt": "һәм бу мин син без өчен бар юк түгел дип эш ничек кирәк булды белән",
    "bg": "съм със това този тази няма като което който които ще беше бяха защото много след при къде",
    "en": "the and is are to of in that it for you not with this have was but they my we be on at job work",
    "de": "der die das und ist nicht ich mit ein eine auf für wir sie es zu auch",
    "fr": "le la les et est pas je que une un pour dans vous nous avec mais",
    "es": "el los las y es no que una un por para con pero muy como",
    "tr": "ve bir bu için çok ne ben değil var yok ile ama",
    "uz": "va bu bir uchun bilan ham emas men siz bor yoq kerak ish",
}
BY_WORD: dict[str, tuple[str, ...]] = {}
for _code, _words in FUNCTION_WORDS.items():
    for _word in _words.split():
        BY_WORD[_word] = (*BY_WORD.get(_word, ()), _code)
LATIN_CODES = frozenset(("en", "de", "fr", "es", "tr", "uz"))
SCRIPTS = {
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}


def language(text: str) -> str:
    """Return "ru", another ISO 639-1 code, or "und" when nothing tells.

    Only the first four thousand characters are read, so the time is bounded.

    >>> language("Надоело ждать ответа"), language("Дуже довго чекаю відповіді"), language("👍🔥 123")
    ('ru', 'uk', 'und')
    >>> language("I am looking for a job in the city"), language("Мен жұмыс іздеп жүрмін")
    ('en', 'kk')
    """
    text = text[:LONGEST]
    if ADDRESS_SIGNS.search(text):
        text = ADDRESSES.sub(" ", text)
    cyrillic = sum(map(len, CYRILLIC.findall(text)))
    latin = sum(map(len, LATIN.findall(text)))
    if cyrillic * 2 >= latin and cyrillic:
        return cyrillic_language(text, cyrillic)
    if latin:
        return latin_language(text)
    counts = {code: len(script.findall(text)) for code, script in SCRIPTS.items()}
    code = max(counts, key=lambda code: counts[code])
    return code if counts[code] else UNKNOWN


def cyrillic_language(text: str, letters: int) -> str:
    """Tell Russian from its neighbours. One foreign letter in a Russian text is a slip or a name, not a language."""
    foreign = FOREIGN_CYRILLIC.findall(text)
    if len(foreign) * 50 >= letters and len(foreign) > len(RUSSIAN_ONLY.findall(text)) and not one_of_many(text):
        return by_letters(Counter("".join(foreign).lower()), votes(text))
    if letters >= 12 and not RUSSIAN_ONLY.search(text):
        found = votes(text)
        best = max(found, key=lambda code: found[code], default="ru")
        if best in {"uk", "be", "bg"} and found[best] >= found["ru"] + 2:
            return best
    return "ru"


def one_of_many(text: str) -> bool:
    """Whether a single word among at least five has foreign letters, and the others are not foreign: a name."""
    words = WORD.findall(text)
    found = votes(text)
    own = found.pop("ru", 0)
    alone = len(words) >= 5 and sum(bool(FOREIGN_CYRILLIC.search(word)) for word in words) == 1
    return alone and own > max(found.values(), default=0)


def by_letters(letters: Counter[str], words: Counter[str]) -> str:
    """Choose the language that owns most of the letters, the words deciding between equals."""
    total = sum(letters.values())

    def fit(code: str) -> tuple[int, int]:
        return sum(count for letter, count in letters.items() if letter in LETTERS[code]), words[code]

    best = max(LETTERS, key=fit)
    return best if fit(best)[0] * 2 > total else UNKNOWN


def latin_language(text: str) -> str:
    found = votes(text)
    best = max(LATIN_CODES, key=lambda code: (found[code], code == "en"))
    return best if found[best] >= 2 or (found[best] and len(text) < 40) else UNKNOWN


def votes(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in WORD.findall(text.lower()):
        found.update(BY_WORD.get(word, ()))
    return found
