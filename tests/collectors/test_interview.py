"""Transcripts of every habit become turns with the right speaker, role and words."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from odf.opendocument import OpenDocumentText
from odf.style import Style, TextProperties
from odf.text import P, Span

from miner.collectors import Context, configure
from miner.collectors.interview import Interview
from miner.errors import BadInput


def read(path, *, hide=lambda source, name: name, **options):
    made = Interview([str(path)], configure(Interview.Options, options), Context(hide=hide))
    return list(made.collect())


def transcript(tmp_path, text, name="talk.txt", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def script(posts):
    """The talk in short: ``a`` asks, ``c`` is a client, ``s`` staff."""
    return [("a" if p.role in ("interviewer", "moderator") else p.role[0]) + ": " + p.text for p in posts]


EXPECTED = [
    "a: Расскажите, как вы ищете работу?",
    "c: Каждый день смотрю вакансии, мне никто не отвечает.",
    "a: А что говорит центр занятости?",
    "c: Мне предложили курсы. Я хочу на них пойти.",
]
HABITS = {
    "words": "{i}: {0}\n{r}: {1}\n{i}: {2}\n{r}: {3}",
    "blank lines": "{i}: {0}\n\n{r}: {1}\n\n\n{i}: {2}\n\n{r}: {3}\n",
    "time before": "[00:00:05] {i}: {0}\n[00:00:11] {r}: {1}\n[00:01:40] {i}: {2}\n[01:02:03] {r}: {3}",
    "time before, bare": "00:05 {i}: {0}\n00:11 {r}: {1}\n01:40 {i}: {2}\n62:03 {r}: {3}",
    "time after": "{i} (00:05): {0}\n{r} (00:11): {1}\n{i} (01:40): {2}\n{r} (02:03): {3}",
    "time range": "00:00:05 - 00:00:09 {i}: {0}\n00:00:10 - 00:00:12 {r}: {1}\n00:00:13 – 00:00:15 {i}: {2}\n00:00:16 – 00:00:18 {r}: {3}",
    "numbered": "1. {i}: {0}\n2. {r}: {1}\n3. {i}: {2}\n4. {r}: {3}",
    "own line": "{i}:\n{0}\n{r}:\n{1}\n{i}:\n{2}\n{r}:\n{3}",
    "own line with time": "{i}  00:05\n{0}\n\n{r}  00:11\n{1}\n\n{i}  01:40\n{2}\n\n{r}  02:03\n{3}",
    "own line, time below": "{i}\n00:05\n{0}\n\n{r}\n00:11\n{1}\n\n{i}\n01:40\n{2}\n\n{r}\n02:03\n{3}",
    "dialogue dash": "— {i}: {0}\n— {r}: {1}\n— {i}: {2}\n— {r}: {3}",
    "markdown": "**{i}:** {0}\n\n**{r}:** {1}\n\n**{i}:** {2}\n\n**{r}:** {3}",
    "one paragraph": "{i}: {0} {r}: {1} {i}: {2} {r}: {3}",
    "broken lines": "{i}: {0}\n{r}: Каждый день смотрю вакан-\nсии, мне\nникто не отвечает.\n{i}: {2}\n{r}: {3}",
}
NAMES = [
    ("Интервьюер", "Респондент"),
    ("ИНТЕРВЬЮЕР", "РЕСПОНДЕНТ"),
    ("И.", "Р."),
    ("И", "Р"),
    ("В", "О"),
    ("Вопрос", "Ответ"),
    ("Модератор", "Участник 2"),
    ("Марина", "Ольга"),
    ("Спикер 1", "Спикер 2"),
    ("Speaker 2", "Speaker 1"),
    ("Иванова О. П.", "Клиент"),
    ("Исследователь", "Ольга Петровна"),
    ("Инт.", "Инф. №3"),
]


@pytest.mark.parametrize("names", NAMES, ids="/".join)
@pytest.mark.parametrize("habit", HABITS)
def test_any_habit_is_read(habit, names, tmp_path):
    """Whoever typed the transcript, the turns, their order and the roles are the same."""
    said = [line[3:] for line in EXPECTED]
    text = HABITS[habit].format(*said, i=names[0], r=names[1])
    assert script(read(transcript(tmp_path, text))) == EXPECTED


@pytest.mark.parametrize("sign", [" — ", " – ", " - ", ". ", "\t"])
def test_a_sign_other_than_the_colon(sign, tmp_path):
    """«Модератор — …» and «И. …» are labels too."""
    for first, second in (("Модератор", "Участник 1"), ("И", "Р")):
        said = [line[3:] for line in EXPECTED]
        text = "\n".join(f"{who}{sign}{what}" for who, what in zip([first, second] * 2, said, strict=True))
        assert script(read(transcript(tmp_path, text))) == EXPECTED


def test_dialogue_without_names(tmp_path):
    """A dash opens each turn; who asks is seen from the turns."""
    text = "\n".join(f"— {line[3:]}" for line in EXPECTED)
    assert script(read(transcript(tmp_path, text))) == EXPECTED


def test_numbered_questions_with_answers(tmp_path):
    text = "1. Кем вы работали?\nСварщиком, двадцать лет.\n2. Что мешает?\nСпина. Мне тяжело стоять.\nИ возраст.\n3. Чего хотите?\nХочу учить молодых."
    assert script(read(transcript(tmp_path, text))) == [
        "a: Кем вы работали?",
        "c: Сварщиком, двадцать лет.",
        "a: Что мешает?",
        "c: Спина. Мне тяжело стоять.\nИ возраст.",
        "a: Чего хотите?",
        "c: Хочу учить молодых.",
    ]


GROUP = """Фокус-группа «Работа рядом с домом», Тверь, 3 апреля 2025 г.
Присутствуют: модератор, участники (Участник 1 — мужчина, 61, слесарь; Участник 2 — женщина, 57)
Дата: 03.04.2025

Модератор: Добрый день. Расскажите о себе.
Участник 1: Я слесарь. Плюсы: опыт. Минусы: возраст.
Участник 2 (жен., 57): Меня сократили, я так и сказала: хватит.
(пауза)
Потом: полгода без работы, вот так.
Модератор: Спасибо. Участник 1, а вы?
Участник 1: Мне далеко ездить, в 12:30 последний автобус.
Конец записи
"""


def test_a_focus_group_with_a_header(tmp_path):
    """Header and list of those present are no turns; what they say of a participant travels with the posts."""
    posts = read(transcript(tmp_path, GROUP))
    assert script(posts) == [
        "a: Добрый день. Расскажите о себе.",
        "c: Я слесарь. Плюсы: опыт. Минусы: возраст.",
        "c: Меня сократили, я так и сказала: хватит.\nПотом: полгода без работы, вот так.",
        "a: Спасибо. Участник 1, а вы?",
        "c: Мне далеко ездить, в 12:30 последний автобус.",
    ]
    assert {p.date for p in posts} == {"2025-04-03"}
    assert posts[1].extra["disclosed"] == {"gender": "m", "age": 61, "occupation": "слесарь"}
    assert posts[2].extra["disclosed"] == {"gender": "f", "age": 57}
    assert posts[0].role == "moderator"
    assert "disclosed" not in posts[0].extra


def test_the_question_before_travels_with_the_answer(tmp_path):
    posts = read(transcript(tmp_path, GROUP))
    assert [p.title for p in posts] == [
        None,
        *["Добрый день. Расскажите о себе."] * 2,
        None,
        "Спасибо. Участник 1, а вы?",
    ]
    assert posts[1].extra["question"] == posts[1].title


def test_the_header_introduces_people_as_if_they_spoke(tmp_path):
    """«Респондент: женщина, 45 лет» above the talk is an introduction."""
    text = "Интервьюер: Петрова Анна\nРеспондент: женщина, 45 лет, г. Тверь\nДлительность: 40 минут\n\nИнтервьюер: Что мешает найти работу?\nРеспондент: Возраст, мне так и говорят."
    posts = read(transcript(tmp_path, text))
    assert script(posts) == ["a: Что мешает найти работу?", "c: Возраст, мне так и говорят."]
    assert posts[1].extra["disclosed"] == {"gender": "f", "age": 45, "region": "Тверь"}


def test_a_form_above_the_talk_is_of_the_one_who_answers(tmp_path):
    text = "Возраст: 34\nПол: женский\nГород: Ижевск\nОбразование: среднее специальное\nДети: 2\n\nИ: Как дела с поиском?\nР: Ищу, мне пока отказывают."
    (_, answer) = read(transcript(tmp_path, text))
    assert answer.extra["disclosed"] == {
        "age": 34,
        "gender": "f",
        "region": "Ижевск",
        "education": "vocational",
        "children": 2,
    }


def test_the_one_who_answers_is_introduced_above(tmp_path):
    text = "Информант: Света, 43 года, бухгалтер, г. Череповец\n12.02.2025\n– Расскажите о себе.\n– Я ищу работу полгода.\n– И как?\n– Я устала."
    posts = read(transcript(tmp_path, text))
    assert posts[1].extra["disclosed"] == {"age": 43, "occupation": "бухгалтер", "region": "Череповец"}
    assert [p.role for p in posts] == ["interviewer", "client"] * 2


def test_who_answers_is_seen_from_the_talk(tmp_path):
    """Names say nothing; whoever asks and invites is the interviewer, even if the other speaks first."""
    text = """Света: Здравствуйте, я к вам по объявлению, меня сократили в мае, и я с тех пор дома сижу.
Ира: Спасибо, что пришли. Расскажите, пожалуйста, чем вы занимались?
Света: Я работала кассиром, у нас закрыли магазин, и всех нас уволили в один день.
Ира: А что вы ищете сейчас?
Света: Мне бы рядом с домом, у меня мама болеет. Разве это много?
Ира: Вы пробовали удалённую работу?
Света: Я боюсь, что меня обманут."""
    assert [p.role for p in read(transcript(tmp_path, text))] == ["client", "interviewer"] * 3 + ["client"]


def test_the_centre_s_worker_is_neither(tmp_path):
    text = "Модератор: Кто начнёт?\nУчастник 1: Мне долго ждать.\nИнспектор: Очередь живая, приём по записи.\nУчастник 1: Запись на месяц вперёд."
    assert [p.role for p in read(transcript(tmp_path, text))] == ["moderator", "client", "staff", "client"]


def test_the_analyst_has_the_last_word(tmp_path):
    text = "Анна: Я хочу работать?\nБорис: Мне тоже нужна работа.\nАнна: Да?\nБорис: Я так думаю."
    roles = [p.role for p in read(transcript(tmp_path, text), interviewer=["Борис"], client=["Анна"])]
    assert roles == ["client", "interviewer", "client", "interviewer"]


def test_one_person_in_all_spellings(tmp_path):
    text = "Модератор: Начнём?\nУчастник №1: Да.\nУЧАСТНИК 2: Мне страшно.\nМОДЕРАТОР: Почему?\nУчастник 2 (жен.): Возраст.\nучастник 1: И мне."
    posts = read(transcript(tmp_path, text))
    assert len({p.author for p in posts}) == 3


def test_names_are_hidden_and_stay_apart_by_file(tmp_path):
    """The same «Респондент» of two files is two people, and no name is written."""
    seen = []
    for name in ("a.txt", "b.txt"):
        seen += read(
            transcript(tmp_path, "Марина: Как дела?\nОльга: Плохо мне.\nМарина: Почему?\nОльга: Я устала.", name),
            hide=lambda s, n: f"#{hash((s, n))}",
        )
    assert len({p.author for p in seen}) == 4
    assert not any("Ольга" in str(p.to_json()) for p in seen)


def test_two_files_of_one_name_are_two_threads(tmp_path):
    (tmp_path / "x").mkdir()
    text = "И: Как дела?\nР: Плохо.\nИ: А?\nР: Устал."
    files = [transcript(tmp_path, text), transcript(tmp_path / "x", text)]
    posts = list(Interview([str(f) for f in files]).collect())
    assert len({p.id for p in posts}) == 8
    assert len({p.thread for p in posts}) == 2


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "koi8-r"])
def test_any_encoding(encoding, tmp_path):
    text = "\r\n".join(f"{'ИР'[n % 2]}: {line[3:]}" for n, line in enumerate(EXPECTED))
    assert script(read(transcript(tmp_path, text, encoding=encoding))) == EXPECTED


# Kinds of files ------------------------------------------------------------------------------------------------------


def word(tmp_path, build):
    document = docx.Document()
    build(document)
    document.save(tmp_path / "talk.docx")
    return tmp_path / "talk.docx"


def test_word_with_bold_names(tmp_path):
    """A bold name without any sign is enough."""

    def build(document):
        document.add_heading("Интервью 5", 1)
        for number, line in enumerate(EXPECTED):
            paragraph = document.add_paragraph()
            paragraph.add_run(["Марина ", "Ольга "][number % 2]).bold = True
            paragraph.add_run(line[3:])

    assert script(read(word(tmp_path, build))) == EXPECTED


def test_word_with_bold_questions(tmp_path):
    def build(document):
        for line in EXPECTED:
            document.add_paragraph().add_run(line[3:]).bold = line.startswith("a")

    assert script(read(word(tmp_path, build))) == EXPECTED


def test_word_table_of_speakers(tmp_path):
    def build(document):
        table = document.add_table(rows=0, cols=3)
        for number, line in enumerate(["Реплика", *EXPECTED]):
            cells = table.add_row().cells
            cells[0].text = "Время" if not number else f"00:0{number}"
            cells[1].text = ["Спикер", "Интервьюер", "Респондент", "Интервьюер", "Респондент"][number]
            cells[2].text = line[3:] if number else line

    assert script(read(word(tmp_path, build))) == EXPECTED


def test_opendocument(tmp_path):
    document = OpenDocumentText()
    bold = Style(name="B", family="text")
    bold.addElement(TextProperties(fontweight="bold"))
    document.automaticstyles.addElement(bold)
    for number, line in enumerate(EXPECTED):
        paragraph = P()
        paragraph.addElement(Span(stylename=bold, text=["Марина", "Ольга"][number % 2]))
        paragraph.addText(" " + line[3:])
        document.text.addElement(paragraph)
    document.save(tmp_path / "talk.odt")
    assert script(read(tmp_path / "talk.odt")) == EXPECTED


def test_rtf(tmp_path):
    def escaped(text):
        return "".join(c if ord(c) < 128 else "".join(f"\\'{b:02x}" for b in c.encode("cp1251")) for c in text)

    lines = [f"{['Интервьюер', 'Респондент'][n % 2]}: {line[3:]}" for n, line in enumerate(EXPECTED)]
    body = "\\par\n".join(escaped(line) for line in lines)
    (tmp_path / "talk.rtf").write_text(f"{{\\rtf1\\ansi\\ansicpg1251 {body}}}")
    assert script(read(tmp_path / "talk.rtf")) == EXPECTED


def pdf(path, pages):
    import typst

    source = "#set page(width: 12cm, height: 9cm)\n#set text(hyphenate: false)\n" + "\n#pagebreak()\n".join(pages)
    path.write_bytes(typst.compile(source.encode()))
    return path


def test_pdf_with_broken_lines_and_page_numbers(tmp_path):
    """Lines, words cut by a hyphen and turns that run over a page are whole again; page numbers are no speech."""
    pages = [
        "Интервьюер: Расскажите, как вы\\ ищете работу?\n\nРеспондент: Каждый день смотрю вакан-\\ сии, мне никто\n\n#align(bottom)[1]",
        "не отвечает.\n\nИнтервьюер: А что говорит центр\\ занятости?\n\nРеспондент: Мне предложили курсы. Я хочу на них\\ пойти.\n\n#align(bottom)[2]",
    ]
    assert script(read(pdf(tmp_path / "talk.pdf", pages))) == EXPECTED


def test_subtitles_join_the_cues_of_a_turn(tmp_path):
    text = """1
00:00:02,000 --> 00:00:04,000
Интервьюер: Расскажите, как вы
ищете работу?

2
00:00:05,000 --> 00:00:07,000
Респондент: Каждый день смотрю вакансии,

3
00:00:07,000 --> 00:00:09,000
мне никто не отвечает.

4
00:01:10,000 --> 00:01:12,000
Интервьюер: А что говорит центр занятости?

5
00:01:13,000 --> 00:01:15,000
Респондент: Мне предложили курсы.

6
00:01:15,000 --> 00:01:17,000
Респондент: Я хочу на них пойти.
"""
    posts = read(transcript(tmp_path, text, "talk.srt"))
    assert script(posts) == EXPECTED
    assert [p.extra["at"] for p in posts] == ["00:00:02", "00:00:05", "00:01:10", "00:01:13"]


def test_webvtt_voices_are_speakers(tmp_path):
    cues = "\n\n".join(
        f"00:0{n}.000 --> 00:0{n}.900\n<v {['Марина Ю.', 'Ольга'][n % 2]}>{line[3:]}</v>"
        for n, line in enumerate(EXPECTED)
    )
    assert script(read(transcript(tmp_path, f"WEBVTT\n\n{cues}\n", "talk.vtt"))) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_html_that_lies_about_its_encoding(encoding, tmp_path):
    body = "".join(f"<p><b>{['И.:', 'Р.:'][n % 2]}</b> {line[3:]}</p>" for n, line in enumerate(EXPECTED))
    page = f'<html><head><meta charset="utf-8"><title>Talk</title><script>var x</script></head><body><h1>Интервью</h1>{body}</body></html>'
    assert script(read(transcript(tmp_path, page, "talk.html", encoding))) == EXPECTED


# Bad input -----------------------------------------------------------------------------------------------------------


def test_nobody_speaks(tmp_path):
    """A text without speakers is refused, with what to do."""
    with pytest.raises(BadInput, match=r"no speakers found\. Begin each turn with its speaker"):
        read(transcript(tmp_path, "Просто статья о рынке труда.\nВ ней два абзаца. Итог: всё сложно."))


def test_an_empty_file(tmp_path):
    with pytest.raises(BadInput, match="the file is empty"):
        read(transcript(tmp_path, " \n"))


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(BadInput, match="can't be read"):
        read(tmp_path / "no.txt")
    with pytest.raises(BadInput, match="it is a folder"):
        read(tmp_path)


def test_a_docx_that_is_no_zip(tmp_path):
    with pytest.raises(BadInput, match=r"called \.docx but there is plain text inside. Rename it to \.txt"):
        read(transcript(tmp_path, "И: Как дела?\nР: Плохо.", "talk.docx"))


def test_a_broken_archive(tmp_path):
    (tmp_path / "talk.docx").write_bytes(b"PK\x03\x04 and then nothing of use")
    with pytest.raises(BadInput, match="a broken archive"):
        read(tmp_path / "talk.docx")


def test_an_archive_of_something_else(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "И: да?")
    (tmp_path / "talk.docx").write_bytes(stream.getvalue())
    with pytest.raises(BadInput, match="no Word or OpenDocument"):
        read(tmp_path / "talk.docx")


def test_a_password(tmp_path):
    """Word keeps a protected document in the container of the old .doc."""
    (tmp_path / "talk.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(BadInput, match="password"):
        read(tmp_path / "talk.docx")


def test_a_pdf_with_a_password(tmp_path):
    import pypdf

    writer = pypdf.PdfWriter(clone_from=str(pdf(tmp_path / "open.pdf", ["И: Как?"])))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "talk.pdf")
    with pytest.raises(BadInput, match="password"):
        read(tmp_path / "talk.pdf")


def test_a_scanned_pdf(tmp_path):
    with pytest.raises(BadInput, match="OCR"):
        read(pdf(tmp_path / "talk.pdf", ["#circle()"]))


def test_an_unknown_kind_of_file(tmp_path):
    with pytest.raises(BadInput, match=r"\.xyz is no kind of file read here. Known: \.docx"):
        read(transcript(tmp_path, "И: да?", "talk.xyz"))


def test_a_speaker_who_is_not_there(tmp_path):
    with pytest.raises(BadInput, match=r"no speaker named 'Пётр'\. Speakers: И, Р"):
        read(transcript(tmp_path, "И: Как дела?\nР: Плохо.\nИ: А?\nР: Да."), client=["Пётр"])


def test_options_that_do_not_exist_or_are_wrong(tmp_path):
    with pytest.raises(BadInput, match=r"no option --clint. Known: .*--client"):
        configure(Interview.Options, {"clint": "x"})
    with pytest.raises(BadInput, match="no ISO 8601 date"):
        read(transcript(tmp_path, "И: Как?\nР: Так."), date="вчера")
