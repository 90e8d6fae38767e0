"""What speaks against a line of a profile. A check is a small function that names its complaint, or None.

>>> complaint("Боится, что возраст помешает трудоустройству", CHECKS)
>>> complaint("Боюсь не найти работу", CHECKS)
'говорит от первого лица'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from miner.mappers._lexicon import lexicon
from miner.mappers._person import first_person, parses
from miner.records import Word
from miner.words import agree

WORDS = re.compile(r"[А-Яа-яЁёA-Za-z0-9%]+(?:[-/][А-Яа-яЁёA-Za-z0-9]+)*")
Check = Callable[[str, Sequence[str]], str | None]

_SHORTEST, _LONGEST = 3, 12
# Brackets of hidden data, addresses, several sentences.
_NO_LINE = re.compile(r"[^А-Яа-яЁёA-Za-z0-9 ,:%/«»\"()№–—-]|//")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that point at something only the quote's neighbours explain.
_POINTING = _set(
    "он она оно они его её ее их им ей ему нему ней нём нем него неё нее ним ними них тут там здесь туда сюда "
    "оттуда отсюда это этот эта эти этого этой этом этому этим этих эту такой такая такие такое такого таких "
    "таким такую тот та те ту того той тому тем том тех теми тогда потому поэтому так оба обе"
)
# «то, что», «тех, кто» and «те же» point at what follows.
_ANSWERED = re.compile(
    r"(?i)\b(?:тот|та|те|то|ту|того|той|тому|тем|том|тех|теми|так)(?=,? (?:что|кто|кого|чтобы|как|котор|где|же)\b)"
)
_ADDRESS = _set("ты вы вам вас тебе тебя вами ваш ваши ваша ваше вашу вашей вашего твой")
_UNFINISHED = _set(
    "и а но или что чтобы как если когда где с в на по от за для не бы к у о об из без до под при про через между "
    "то ни самый самое самая свой своё своя который очень такой какой какую какое кем кто кого кому чем куда же "
    "ли хоть весь вся всё уже ещё даже более менее"
)
_SUBORDINATE = re.compile(
    r"(?i)(?:что|чем|котор\w+|как|когда|если|где|куда|откуда|чтобы|потому|пока|раз|хотя|бы|же|ли|б|кто|чего|сколько|какой|"
    r"какая|какие|почему|зачем|и|а|но|или|зато|то|только|не (?:в|на|с|за|по|для|у|из)|\w{1,3} котор\w+|"
    r"один|одно|одна|одни|другой|другие|первый|первым|каждого)\b"
)
_NUMBERS = _set(
    "два две двух двое три трёх трех трое четыре четырёх четверо пять шесть семь восемь девять десять одиннадцать "
    "двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать "
    "тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста четыреста пятьсот "
    "тысяча тысяч тысячи второй вторая второе вторую третий третья третье третью четвёртый четвертый пятый шестой "
    "седьмой восьмой десятый полтора полторы пятнадцати двадцати тридцати сорока пятидесяти шестидесяти восьми "
    "девяти десяти семи шести пяти"
)
_MOMENT = _set(
    "вчера сегодня завтра послезавтра позавчера понедельник вторник среду среда четверг пятницу пятница субботу "
    "суббота воскресенье понедельника январе феврале марте апреле мае июне июле августе сентябре октябре ноябре "
    "декабре января февраля марта апреля мая июня июля августа сентября октября ноября декабря недавно однажды "
    "утром"
)
_SPEECH = _set(
    "сказал сказала сказали говорит говорят говорил говорила спросил спросила спросили ответил ответила ответили "
    "думал думала кричит кричала пишет пишут написал написала написали звонит позвонил позвонила"
)


def complaint(text: str, checks: Iterable[Check]) -> str | None:
    """The first complaint of these checks about a line."""
    forms = [word.lower() for word in WORDS.findall(text)]
    return next((found for check in checks if (found := check(text, forms))), None)


def too_long_or_short(text: str, forms: Sequence[str]) -> str | None:
    del text
    return None if _SHORTEST <= len(forms) <= _LONGEST else f"слов {len(forms)}, а нужно от {_SHORTEST} до {_LONGEST}"


def foreign(text: str, forms: Sequence[str]) -> str | None:
    del text
    return "не по-русски" if 2 * sum(bool(re.match("[а-яё]", word)) for word in forms) <= len(forms) else None


def in_first_person(text: str, forms: Sequence[str]) -> str | None:
    del forms
    return "говорит от первого лица" if next(first_person(text), None) else None


def in_slang(text: str, forms: Sequence[str]) -> str | None:
    del forms
    return "жаргон" if lexicon().slang.search(text.lower()) else None


def oddly_spelt(text: str, forms: Sequence[str]) -> str | None:
    del forms
    return "знаки, которых в строке не бывает" if _NO_LINE.search(text) else None


def addressing(text: str, forms: Sequence[str]) -> str | None:
    """«придёшь, а там отказ», «дайте работу», «вам виднее»."""
    del text
    spoken = (f in _ADDRESS or any(sign in _tag(f) for sign in ("2per", "impr")) for f in forms)
    return "обращается к кому-то" if any(spoken) else None


def pointing(text: str, forms: Sequence[str]) -> str | None:
    """«там не берут», «его не взяли»; but «ценит то, что умеет» points at its own words."""
    del forms
    rest = [word.lower() for word in WORDS.findall(_ANSWERED.sub("", text))]
    return next((f"непонятно, о чём «{word}»" for word in rest if word in _POINTING), None)


def unfinished(text: str, forms: Sequence[str]) -> str | None:
    """«не хочет, чтобы», «который не платит»."""
    if not forms or forms[-1] in _UNFINISHED or _ends_with_preposition(forms) or re.search(r",\s*\S+$", text):
        return "оборвана"
    if re.search(
        r"(?i)(?:хочет|просит|ищет)(?: (?:снова|только|сразу|обратно|\w+но))? (?:в|на|по|с|к|из|за|от|у|о|об|под|и)\b",
        text,
    ):
        return "не сказано, чего хочет"
    if re.search(r"(?i)хочет (?:кто|что)\b|(?<!,) как(?:ой|ую|ое|ие|ого|ом|их)\b", text) or re.fullmatch(
        r"(?i)хочет, чтобы \w+", text
    ):
        return "неясно, чего хочет"
    if re.match(r"(?i)не (?:может|умеет|могут|умеют)\b", text) and not any("INFN" in _tag(f) for f in forms):
        return "не сказано, чего не может"
    return "начинается с придаточного" if _SUBORDINATE.match(text) else None


def too_particular(text: str, forms: Sequence[str]) -> str | None:
    """One person's numbers, days and names are no line of a group.

    >>> complaint("Хочет учиться до одиннадцатого класса", [too_particular])
    'числа одного человека'
    >>> complaint("Боится остаться один", [too_particular]), complaint("На первом месте семья", [too_particular])
    (None, None)
    """
    if any(f in _NUMBERS or f.isdecimal() or _counts(f) for f in forms):
        return "числа одного человека"
    if any(f in _MOMENT for f in forms):
        return "один случай"
    if re.search(r"[A-ZА-ЯЁ]", text[1:]) or any(
        sign in _tag(f) for f in forms for sign in ("Name", "Surn", "Patr", "Geox")
    ):
        return "имена и названия"
    return None


def _counts(form: str) -> bool:
    """A number or «одиннадцатый»; «один» says more often that nobody else is there, «первый» what matters most."""
    tag = _tag(form)
    return "NUMR" in tag or ("Anum" in tag and "Apro" not in tag and not form.startswith("перв"))


def narrating(text: str, forms: Sequence[str]) -> str | None:
    """«позвонила в отдел кадров» is a story; «устал искать» and «хочет, чтобы взяли» are not."""
    del text
    told = forms[: forms.index("чтобы")] if "чтобы" in forms else forms
    past = (p for f in told for p in parses(f)[:1] if f[0].isalpha() and "past" in p.tag and "sing" in p.tag)
    return "рассказ о случае" if any(p.normal_form not in _LASTING for p in past if "VERB" in p.tag) else None


_LASTING = _set(
    "устать потерять отстать разочароваться выгореть привыкнуть научиться вырасти надоесть забыть остаться "
    "разучиться отчаяться замучиться набегаться стать пропасть исчезнуть подорожать упасть снизиться перестать "
    "отвыкнуть устареть полюбить понять вымотаться измучиться разувериться разлюбить закрыться запутаться"
)


def aimless(text: str, forms: Sequence[str]) -> str | None:
    """«хочет, чтобы знал и не боялся»: who? «хочет, чтобы смотреть на кухне»."""
    if "чтобы" not in forms:
        return None
    wish = text.lower().split("чтобы", 1)[1].split(",")[0]
    tags = [_tag(f) for f in WORDS.findall(wish) if f[0].isalpha()]
    subject = any({"nomn"} in tag and ("NOUN" in tag or "NPRO" in tag) for tag in tags)
    past = next((tag for tag in tags if "VERB" in tag and "past" in tag), None)
    if forms.count("чтобы") > 1 or (past is None and not any("PRED" in tag for tag in tags)):
        return "после «чтобы» нет глагола"
    return "неясно, кто" if past is not None and "sing" in past and "neut" not in past and not subject else None


def asking(text: str, forms: Sequence[str]) -> str | None:
    """«хочет узнать, какие документы нужны» is a question to be answered, not a wish of a group."""
    del text
    asks = forms[:1] in (["хочет"], ["просит"]) and any(f in _TALK for f in forms[1:3])
    return "вопрос" if "ли" in forms or asks else None


_TALK = _set("спросить узнать уточнить поговорить поблагодарить подсказать подсказали сказали")


def run_on(text: str, forms: Sequence[str]) -> str | None:
    """«взяли бы разбирать архив пыль любит»: two thoughts in one breath."""
    del forms
    for piece in re.split(r",|\b(?:и|или|но|а|что|чтобы|как|где|когда|если)\b", text.lower()):
        verbs = [f for f in WORDS.findall(piece) if f == "нет" or (f[0].isalpha() and "VERB" in _tag(f))]
        if len(verbs) > 1:
            return f"слиты две мысли: «{verbs[0]}» и «{verbs[1]}»"
    return None


def unreal(text: str, forms: Sequence[str]) -> str | None:
    """«мужики бы вышли»: a «бы» that no rule has read."""
    del text
    return "«бы» не разобрано" if {"бы", "б"} & set(forms) else None


def about_kin(text: str, forms: Sequence[str]) -> str | None:
    """«сестра своих растит» tells of somebody else."""
    del text
    return "о ком-то из близких" if any(f in _KIN for f in forms) else None


_KIN = _set(
    "муж жена сын дочь дочка мать мама отец папа брат сестра свекровь свёкор тёща теща тесть внук внучка бабушка "
    "дедушка сосед соседка подруга друг старшая старший старшему старшей младшая младший младшему младшей собака кот"
)


def retelling(text: str, forms: Sequence[str]) -> str | None:
    """«сказали прийти завтра»."""
    del text
    return "пересказ чужих слов" if any(f in _SPEECH for f in forms) else None


def unpredicated(text: str, forms: Sequence[str]) -> str | None:
    """«график через два» says nothing of anybody; «не выплачено до сих пор», «важнее любых денег»: what?

    >>> complaint("Важнее любых денег", [unpredicated]), complaint("Семья важнее любых денег", [unpredicated])
    ('неясно, что', None)
    """
    del text
    predicates = [f for f in forms if _is_predicate(f)]
    if not predicates:
        return "нет сказуемого"
    tags = [_tag(f) for f in forms if f[0].isalpha()]
    of_something = "PRTS" in _tag(predicates[0]) or all(f in _COMPARED for f in predicates)
    named = any({"NOUN", "nomn"} in tag or "INFN" in tag for tag in tags)
    return "неясно, что" if of_something and not named else None


_COMPARED = _set("важнее дороже лучше")


def objectless(text: str, forms: Sequence[str]) -> str | None:
    """Verbs that say nothing until it is said what: «показали» needs its object, «взяли» speaks of the author.

    >>> [complaint(f"Хочет, чтобы {wish}", [objectless]) for wish in ("показали в посёлке", "дали только через дом")]
    ['не сказано, что «показали»', 'не сказано, что «дали»']
    >>> [complaint(f"Хочет, чтобы {wish}", [objectless]) for wish in ("показали профессию", "взяли на работу")]
    [None, None]
    """
    del text
    wish = forms[forms.index("чтобы") + 1 :] if "чтобы" in forms else forms
    verb = next((f for f in wish if any(p.normal_form in _OWING and "VERB" in p.tag for p in parses(f)[:1])), None)
    if verb is None:
        return None
    governed = False
    for form in wish:
        tag = _tag(form)
        if "PREP" in tag:
            governed = True
        elif "NOUN" in tag or "NPRO" in tag or "INFN" in tag or form in ("что", "как", "чтобы", "где"):
            if not governed:
                return None
            governed = False
    return f"не сказано, что «{verb}»"


_OWING = _set(
    "показать сделать дать давать открыть построить создать провести организовать вернуть убрать прислать привезти "
    "починить добавить поставить выделить улучшить наладить обеспечить предоставить отменить разрешить"
)


def torn(text: str, forms: Sequence[str]) -> str | None:
    """A word whose other half stayed behind in the quote.

    >>> complaint("Хочет таскать железо не и автобус один", [torn])
    '«не» без слова'
    >>> complaint("Хочет, чтобы доплатили, на руки", [torn])
    'обрывок в конце'
    >>> complaint("Хочет, чтобы открыли группу кратковременного", [torn])
    '«кратковременного» без слова'
    >>> [complaint(line, [torn]) for line in ("Хочет пенсию нормальную", "Боится нового", "Хочет жить, как все")]
    [None, None, None]
    >>> complaint("Хочет привести первая всех", [torn]), complaint("Важна каждая копейка", [torn])
    ('«первая» без слова', None)
    """
    if re.search(r"(?i)\bне(?: (?:и|а|но|или|тоже|тут|там)\b|\s*[,.]|$)", text):
        return "«не» без слова"
    if re.search(r"(?i), (?:на|в|во|по|с|со|у|от|для|из|к|за|под|при|без|до)(?: [а-яё-]+){1,2}$", text):
        return "обрывок в конце"
    women = [f for f in forms if all({"ADJF", "femn", "nomn"} in p.tag for p in parses(f)) and parses(f)]
    if women and not any({"NOUN", "femn", "sing", "nomn"} in p.tag for f in forms for p in parses(f)):
        return f"«{women[0]}» без слова"
    last, before = forms[-1:], forms[-2:-1]
    if last and before and before[0][0].isalpha() and "NOUN" in _tag(before[0]):
        found = [p.tag for p in parses(last[0]) if p.score >= 0.05]
        # «кратковременного» is an accusative too, of somebody.
        owed = all("ADJF" in tag and ({"accs", "anim"} in tag or tag.case in _OBLIQUE) for tag in found)
        if found and owed and not any(agree(tag, noun.tag) for tag in found for noun in parses(before[0])):
            return f"«{last[0]}» без слова"
    return None


_OBLIQUE = ("gent", "datv", "loct")


# What nobody's line may have, whoever worded it.
CHECKS: list[Check] = [too_long_or_short, foreign, in_first_person, in_slang, oddly_spelt]
# What rewriting may leave behind.
REWRITTEN: list[Check] = [
    *CHECKS,
    addressing,
    pointing,
    unfinished,
    too_particular,
    retelling,
    narrating,
    aimless,
    asking,
    unreal,
    about_kin,
    run_on,
    unpredicated,
    objectless,
    torn,
]


def disagreeing(words: Sequence[Word]) -> str | None:
    """Whether a subject and its verb differ in number or, in the past tense, in gender."""
    for word in words:
        if word.rel != "nsubj" or word.head < 0 or word.feats.get("Case") not in (None, "Nom"):
            continue
        verb = words[word.head]
        for sign in ("Number", "Gender"):
            ours, theirs = word.feats.get(sign), verb.feats.get(sign)
            if verb.pos == "VERB" and ours and theirs and ours != theirs and not _has_others(words, word):
                return f"«{word.text}» и «{verb.text}» не согласованы"
    return None


def _has_others(words: Sequence[Word], word: Word) -> bool:
    """«мать и отец живут», «много людей пришло»."""
    return any(
        other.head >= 0 and words[other.head] is word and other.rel in ("conj", "nummod", "nummod:gov")
        for other in words
    )


def _ends_with_preposition(forms: Sequence[str]) -> bool:
    return "PREP" in _tag(forms[-1]) and "ADVB" not in " ".join(str(p.tag) for p in parses(forms[-1])[:3])


def _is_predicate(form: str) -> bool:
    if form in ("нет", "нужен", "главное", "важно", "важнее", "дороже", "лучше"):
        return True
    return any(sign in _tag(form) for sign in ("VERB", "PRED", "ADJS", "PRTS"))


def _tag(form: str) -> Any:
    found = parses(form) if form[:1].isalpha() else ()
    return found[0].tag if found else ""
