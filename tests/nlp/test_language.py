import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.nlp.language import language

TEXTS = {
    "ru": [
        "надоело ждать",
        "да",
        "Работаю в ООО Alfa Service, нужен английский upper intermediate и Excel",
        "стою на бирже http://example.ru/very/long/address?with=latin&letters=only",
        "@ivanov спасибо!",
        "[b]хочу[/b] работать",
        "родился в селе Ївга, живу в Туле, ищу работу",  # a foreign letter in a name
    ],
    "uk": [
        "Дуже довго чекаю на відповідь від центру зайнятості",
        "Мене не беруть на роботу, бо немає досвіду, що робити",
    ],
    "be": ["Вельмі доўга чакаю адказу, няма працы", "Што рабіць, калі няма працы і грошай"],
    "kk": ["Мен жұмыс іздеп жүрмін, бірақ таба алмай жүрмін"],
    "tt": ["Мин эш эзлим, ләкин таба алмыйм, ничек җиңәргә"],
    "en": ["I am looking for a job in the city", "no answer from the office and I have to wait"],
    "ka": ["სამუშაოს ვეძებ"],
    "und": ["", "👍🔥", "12345", "!!!", "   \n"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in TEXTS.items() for text in texts])
def test_the_language_of_a_short_text(code: str, text: str) -> None:
    """A text is answered with its language; signs, figures and emoji alone are of none."""
    assert language(text) == code


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """A megabyte without a blank is answered as its beginning is."""
    assert language("ж" * 1_000_000) == "ru"
    assert language("<" * 1_000_000) == "und"


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever people send, the answer is a short code."""
    assert 2 <= len(language(text)) <= 3
