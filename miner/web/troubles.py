"""Why a crawl or a file brought nothing, in words for the analyst, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """``what`` happened, what ``todo``, and the message as it was ``said``."""

    what: str
    todo: str
    said: str


LATER = "Подождите: следующий обход попробует снова. Если не пройдёт за день, откройте сайт в браузере."
ACCESS = "Попросите владельца сайта о доступе или уберите источник."
# The first that matches speaks; the messages are those of miner.fetch, miner.crawling and the collectors.
RULES: tuple[tuple[str, str, str], ...] = (
    (r"^by hand$|^вручную", "Приостановлен вручную.", "Нажмите «Возобновить», когда он снова нужен."),
    (r"robots\.txt forbids", "robots.txt сайта запрещает этот адрес.", ACCESS),
    (r"robots\.txt can't be read", "Не читается robots.txt, поэтому сайт не спрашивали.", LATER),
    (
        r"\b(?:404|410)\b|is gone|no public preview|knows no such",
        "Страницы больше нет.",
        "Проверьте адрес: возможно, сайт переехал. Если нет, уберите источник.",
    ),
    (r"\b451\b", "Страница закрыта по требованию закона.", "Уберите источник."),
    (r"a captcha instead", "Сайт показывает проверку «я не робот».", ACCESS),
    (
        r"a login form instead|\b(?:401|403|407)\b|closed to guests|closed to us",
        "Сайт закрыт для гостей или программ.",
        ACCESS,
    ),
    (r"\b429\b|asks to wait", "Сайт просит спрашивать реже.", "Увеличьте паузу между запросами в настройке источника."),
    (r"server answers \d+", "Сервер сайта отвечает ошибкой.", LATER),
    (r"\d+ failures in a row", "Сайт много раз подряд не ответил, его оставили в покое.", LATER),
    (r"no such host", "Такого сайта нет.", "Проверьте, правильно ли набран адрес."),
    (
        r"certificate",
        "Сертификату сайта нельзя доверять.",
        "Сообщите владельцу сайта: по незащищённой линии страницы не читаем.",
    ),
    (
        r"address isn't asked|allow_hosts|only http and https|no address|password in it",
        "Такой адрес спрашивать нельзя.",
        "Дайте открытый адрес http или https. Узел внутренней сети разрешает администратор: fetch.allow_hosts.",
    ),
    (
        r"larger than|is no page|packing is broken",
        "По адресу не страница или она слишком велика.",
        "Дайте адрес раздела или темы, а не файла.",
    ),
    (r"no feed", "По адресу нет ленты RSS или Atom.", "Поищите на сайте ссылку «RSS» и дайте её адрес."),
    (
        r"no posts and no threads|doesn't answer here|no article|neither",
        "На странице не нашлось сообщений.",
        "Дайте адрес раздела или темы с сообщениями.",
    ),
    (
        r"redirected in a circle",
        "Сайт бесконечно перенаправляет.",
        "Откройте адрес в браузере и дайте тот, на котором остановитесь.",
    ),
    (
        r"isn't set in the environment",
        "Нет ключа официального API.",
        "Администратор задаёт ключ в окружении сервера; имя переменной – ниже.",
    ),
    (
        r"budget of",
        "Исчерпан предел запросов одного обхода.",
        "Ничего делать не нужно: следующий обход продолжит с этого места.",
    ),
    (r"only asked from", "Сейчас не часы, в которые сайт можно спрашивать.", "Обход начнётся в разрешённые часы."),
    (r"no answer within|not done after|timed out|connection failed|no connection", "Сайт не отвечает.", LATER),
    (r"stopped as asked|cancelled|interrupted", "Обход прерван.", "Следующий продолжит с того же места."),
    (r"the source was removed|was removed while", "Источник убрали во время обхода.", "Прочитанное сохранено."),
    (r"schedule", "Расписание не понято.", "Задайте его заново, например «каждый день в 03:00»."),
    (r"internal error", "Внутренняя ошибка miner.", "Сообщите администратору время: подробности в журнале сервера."),
)

# Of files that people bring; the messages are those of the collectors that read files.
FILES: tuple[tuple[str, str, str], ...] = (
    (
        r"property «keywords»|not a profile|no Word document|no JSON|^ +\S+: ",
        "Это не портрет, выгруженный из miner.",
        "Выгрузите его заново, правьте тот же файл и сохраните его как .docx.",
    ),
    (
        r"no table has the header|cells are merged|the same line as in|table of lines",
        "Таблица строк портрета изменена так, что её не прочесть.",
        "Верните заголовок и ячейки; одна и та же строка не может стоять дважды.",
    ),
    (
        r"no column looks like an open question.*?--text-column: (.+?)\.?$",
        "В таблице не нашлось столбца с ответами своими словами.",
        "Укажите его, названием или номером: {0}.",
    ),
    (r"no column '(.*?)'\. Known: (.+?)\.?$", "Столбца «{0}» в таблице нет.", "Есть: {1}."),
    (
        r"no speakers found",
        "Не видно, кто говорит.",
        "Начните каждую реплику с говорящего и двоеточия («Интервьюер: …», «Р: …») или выделите вопросы полужирным.",
    ),
    (
        r"nobody answers\. Speakers: (.+?)\. Name|no speaker named .*?Speakers: (.+?)\.?$",
        "Непонятно, кто отвечает.",
        "Укажите, как отвечающий назван в записи: {0}.",
    ),
    (r"protected by a password", "Файл закрыт паролем.", "Сохраните его без пароля."),
    (
        r"file is empty|table is empty|no answers below|no text in it",
        "В файле нет ни ответов, ни текста.",
        "Проверьте, тот ли это файл; снимки страниц сначала распознают.",
    ),
    (r"larger than|unpacks to more", "Файл слишком велик.", "Разделите его или сохраните одни ответы."),
    (
        r" inside\b|is no (?:table|kind of file)",
        "Название файла не говорит, что внутри.",
        "Сохраните его заново в той программе, где он сделан.",
    ),
    (r"не удалось прочесть за", "Файл читается слишком долго.", "Разделите его или загрузите командой miner collect."),
)


def of_file(said: str) -> Trouble:
    """
    >>> of_file("файл: nobody answers. Speakers: Анна, Вера. Name the client with --client.").todo
    'Укажите, как отвечающий назван в записи: Анна, Вера.'
    """
    for pattern, what, todo in FILES:
        if match := re.search(pattern, said):
            names = [group for group in match.groups() if group]
            return Trouble(what.format(*names), todo.format(*names), said)
    return Trouble("Файл не удалось прочесть.", "Сохраните его заново, лучше как .xlsx, .docx или .txt.", said)


def explained(said: str | None) -> Trouble | None:
    """
    >>> explained("https://example.ru/: 404, there is no such page any more. Look whether the source has moved.").what
    'Страницы больше нет.'
    """
    if not said:
        return None
    for pattern, what, todo in RULES:
        if re.search(pattern, said):
            return Trouble(what, todo, said)
    return Trouble("Обход не удался.", "Прочтите сообщение ниже; если непонятно, покажите его администратору.", said)
