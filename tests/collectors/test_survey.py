"""Tables of answers become posts; what is open, closed, private or empty is told apart."""

from __future__ import annotations

import csv
import io
import tomllib

import openpyxl
import pytest

from miner.collectors import Context, configure
from miner.collectors.survey import Survey, _is_open, _quoted
from miner.errors import BadConfig, BadInput

GOOGLE = [
    ["Отметка времени", "Адрес электронной почты", "Ваш пол", "Сколько вам лет?", "Город", "Как вы ищете работу?", "Что мешает найти работу?"],
    ["03.02.2025 10:12:44", "one@example.ru", "Женский", "51", "Тверь", "Сайты, Знакомые", "Автобус ходит два раза в день"],
    ["03.02.2025 11:00:00", "two@example.ru", "Мужской", "35–44", "Кашин", "Знакомые", "-"],
    ["03.02.2025 11:10:00", "three@example.ru", "Женский", "29", "Тверь", "Сайты", "нет"],
    ["04.02.2025 09:00:00", "four@example.ru", "Мужской", "старше 60", "г. Ржев", "Сайты, Центр занятости", "Возраст. Не берут, и всё"],
    ["04.02.2025 09:30:00", "five@example.ru", "Женский", "не скажу", "Тверь", "Центр занятости", "Никто не звонит\nпосле собеседования"],
]  # fmt: skip
QUESTION = "Что мешает найти работу?"


def workbook(tmp_path, rows, name="answers.xlsx", before=()):
    book = openpyxl.Workbook()
    for row in [*before, *rows]:
        book.active.append(list(row))
    book.save(tmp_path / name)
    return tmp_path / name


def separated(tmp_path, rows, separator=",", encoding="utf-8", name="answers.csv"):
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    (tmp_path / name).write_bytes(stream.getvalue().encode(encoding))
    return tmp_path / name


def read(path, heard=None, hide=lambda source, name: name, **options):
    say = heard.append if heard is not None else (lambda text: None)
    return list(Survey([str(path)], configure(Survey.Options, options), Context(hide=hide, say=say)).collect())


def test_a_form_is_understood_without_options(tmp_path):
    """Open answers become posts with their question; closed ones travel as what the respondent disclosed."""
    posts = read(workbook(tmp_path, GOOGLE))
    assert [(p.title, p.text) for p in posts if len(p.text) > 3] == [
        (QUESTION, "Автобус ходит два раза в день"),
        (QUESTION, "Возраст. Не берут, и всё"),
        (QUESTION, "Никто не звонит\nпосле собеседования"),
    ]
    assert posts[0].date == "2025-02-03T10:12:44"
    assert [p.extra.get("disclosed") for p in posts] == [
        {"gender": "f", "age": 51, "region": "Тверь"},
        {"gender": "m", "age": 40, "region": "Кашин"},
        {"gender": "f", "age": 29, "region": "Тверь"},
        {"gender": "m", "age": 60, "region": "Ржев"},
        {"gender": "f", "region": "Тверь"},
    ]


def test_no_answer_is_no_statement_but_its_author_counts(tmp_path):
    """«Нет» and a dash are kept as one short post of their respondent when nothing else was said."""
    posts = read(workbook(tmp_path, GOOGLE))
    assert [p.text for p in posts if len(p.text) <= 3] == ["-", "нет"]
    assert len({p.author for p in posts}) == 5


def test_a_no_beside_an_answer_is_left_out(tmp_path):
    rows = [["Что мешает найти работу?", "Чего вы хотите?"], ["нет", "Хочу работать рядом с домом"], ["", ""]]
    assert [p.text for p in read(workbook(tmp_path, rows))] == ["Хочу работать рядом с домом"]


def test_the_respondent_is_one_author_and_never_named(tmp_path):
    rows = [
        ["E-mail", "Что мешает?", "Чего вы хотите от нас?"],
        ["one@example.ru", "далеко ездить каждый день", "хочу курсы"],
        ["two@example.ru", "никто меня не берёт", "звоните чаще мне"],
    ]
    posts = read(workbook(tmp_path, rows), hide=lambda s, n: f"#{len(n)}{n[0]}")
    assert [p.author for p in posts] == ["#14o", "#14o", "#14t", "#14t"]
    assert "example.ru" not in str([p.to_json() for p in posts])


def test_what_was_guessed_is_told(tmp_path):
    heard = []
    read(workbook(tmp_path, GOOGLE), heard)
    assert heard[0] == f"answers.xlsx: open questions: {QUESTION}"
    assert "Ваш пол → gender; Сколько вам лет? → age; Город → region" in heard[1]
    assert "3 answers, 2 empty or «нет»" in heard[2]
    assert "Сколько вам лет?: not understood: не скажу" in heard[3]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_any_separator_and_encoding(separator, encoding, tmp_path):
    rows = [[cell.replace("–", "-") for cell in row] for row in GOOGLE]
    posts = read(separated(tmp_path, rows, separator, encoding))
    assert [p.text for p in posts][0::4] == ["Автобус ходит два раза в день", "Никто не звонит\nпосле собеседования"]
    assert posts[0].extra["disclosed"]["age"] == 51


@pytest.mark.parametrize("suffix", [".ods", ".xls"])
def test_other_spreadsheets(suffix, tmp_path):
    if suffix == ".xls":
        pytest.importorskip("xlwt", reason="xlwt writes .xls for this test")
        import xlwt

        book = xlwt.Workbook()
        sheet = book.add_sheet("Ответы")
        for y, row in enumerate(GOOGLE):
            for x, cell in enumerate(row):
                sheet.write(y, x, cell)
        book.save(str(tmp_path / "answers.xls"))
    else:
        from odf.opendocument import OpenDocumentSpreadsheet
        from odf.table import Table, TableCell, TableRow
        from odf.text import P

        document = OpenDocumentSpreadsheet()
        table = Table(name="Ответы")
        for row in GOOGLE:
            line = TableRow()
            for cell in row:
                place = TableCell(valuetype="string")
                place.addElement(P(text=cell))
                line.addElement(place)
            table.addElement(line)
        document.spreadsheet.addElement(table)
        document.save(tmp_path / "answers.ods")
    assert next(p.text for p in read(tmp_path / f"answers{suffix}")) == "Автобус ходит два раза в день"


def test_a_title_above_the_header(tmp_path):
    """Anketolog writes the survey's name and date above the table."""
    posts = read(workbook(tmp_path, GOOGLE, before=[["Анкета клиента"], ["Выгрузка от 05.02.2025"], []]))
    assert posts[0].title == QUESTION


def test_two_rows_of_header(tmp_path):
    """Options stand under their question; the open «другое» among them is a question of its own."""
    rows = [
        ["№", "Что вам мешает?", None, None, "Чего вы хотите?"],
        [None, "Возраст", "Здоровье", "Другое, напишите", None],
        ["1", "да", None, "автобус ходит редко и дорого", "чтобы звонили сами"],
        ["2", None, "да", "нет работы по моей профессии", "обучение за счёт службы"],
    ]
    posts = read(workbook(tmp_path, rows))
    assert [p.title for p in posts] == ["Что вам мешает?: Другое, напишите", "Чего вы хотите?"] * 2


def test_a_second_sheet_with_the_answers(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Сводка"
    sheet = book.create_sheet("Ответы")
    for row in GOOGLE:
        sheet.append(row)
    book.save(tmp_path / "answers.xlsx")
    assert len(read(tmp_path / "answers.xlsx")) == 5
    with pytest.raises(BadInput, match=r"no sheet named 'Лист9'\. Sheets: Сводка, Ответы"):
        read(tmp_path / "answers.xlsx", sheet="Лист9")


@pytest.mark.parametrize("name", ["7", QUESTION, "что мешает"])
def test_the_open_column_is_named(name, tmp_path):
    """By number from 1, by name, by its beginning."""
    assert {p.title for p in read(workbook(tmp_path, GOOGLE), text_column=[name])} == {QUESTION}


def test_a_column_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match=r"no column 'Отзыв'\. Known: 1 Отметка времени; 2 Адрес"):
        read(workbook(tmp_path, GOOGLE), text_column=["Отзыв"])
    with pytest.raises(BadInput, match="no column '8'"):
        read(workbook(tmp_path, GOOGLE), text_column=["8"])


def test_no_open_question(tmp_path):
    rows = [["Ваш пол", "Возраст"], ["ж", "20"], ["м", "30"]]
    with pytest.raises(
        BadInput, match=r"no column looks like an open question. Name one with --text-column: 1 Ваш пол; 2 Возраст"
    ):
        read(workbook(tmp_path, rows))


def test_the_draft_is_a_mapping_that_works(tmp_path):
    """What --suggest writes, read back, changes nothing; corrected, it decides."""
    path = workbook(tmp_path, GOOGLE)
    drafted = Survey([str(path)]).suggest()
    mapping = tmp_path / "map.toml"
    mapping.write_text(drafted, encoding="utf-8")
    assert read(path, mapping=str(mapping)) == read(path)
    assert tomllib.loads(drafted)["columns"]["Сколько вам лет?"] == {
        "use": "age",
        "values": {"51": 51, "35–44": 40, "29": 29, "старше 60": 60},
    }
    corrected = drafted.replace('# "не скажу" = ?', '"не скажу" = 33').replace('"Женский" = "f"', '"Женский" = "m"')
    mapping.write_text(corrected, encoding="utf-8")
    assert read(path, mapping=str(mapping))[4].extra["disclosed"] == {"gender": "m", "age": 33, "region": "Тверь"}


def test_a_mapping_with_mistakes_names_them_all(tmp_path):
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[columns."Ваш пол"]\nuse = "sex"\n[columns."Нет такого"]\nuse = "age"\n[columns."Город"]\n[other]\n'
    )
    with pytest.raises(BadConfig) as raised:
        read(workbook(tmp_path, GOOGLE), mapping=str(mapping))
    assert len(raised.value.mistakes) == 4
    assert "use = 'sex': none of text, date, author, skip, age" in str(raised.value)


@pytest.mark.parametrize("name", ['Что "важно"?', "путь\\файл", "две\nстроки", "'"])
def test_any_question_can_be_a_key(name):
    assert tomllib.loads(f"[{_quoted(name)}]\nx = 1") == {name: {"x": 1}}


@pytest.mark.parametrize(
    ("question", "answers", "expected"),
    [
        (
            "Что для вас важно?",
            ["стабильность", "рядом с домом", "чтобы платили вовремя", "люди хорошие", "график"],
            True,
        ),
        ("Оцените работу", ["5", "4", "5", "3", "5"], False),
        ("Какие услуги вы получали?", ["Обучение", "Обучение, Подбор", "Подбор", "Подбор", "Обучение"], False),
        ("Довольны ли вы?", ["Скорее да", "Скорее нет", "Скорее да", "Скорее да", "Да"], False),
        ("Есть ли инвалидность?", ["Да, 2 группа", "Нет", "Да, третья группа"], False),
        ("Комментарий", ["нет", "-", "Спасибо девочкам за терпение", "", "нет"], True),
    ],
)
def test_open_and_closed_questions(question, answers, expected):
    assert _is_open(question.lower(), answers) is expected


# Bad input -----------------------------------------------------------------------------------------------------------


def test_an_empty_table(tmp_path):
    with pytest.raises(BadInput, match="the table is empty"):
        read(workbook(tmp_path, []))
    with pytest.raises(BadInput, match="a header but no answers"):
        read(workbook(tmp_path, GOOGLE[:1]))
    (tmp_path / "a.csv").write_text("\n\n")
    with pytest.raises(BadInput, match="the file is empty"):
        read(tmp_path / "a.csv")


def test_a_file_called_what_it_is_not(tmp_path):
    (tmp_path / "a.xlsx").write_text("вопрос,ответ\n1,2\n")
    with pytest.raises(BadInput, match=r"called \.xlsx but no spreadsheet inside. Rename it to \.csv"):
        read(tmp_path / "a.xlsx")
    workbook(tmp_path, GOOGLE).rename(tmp_path / "a.csv")
    with pytest.raises(BadInput, match=r"called \.csv but there is a spreadsheet inside"):
        read(tmp_path / "a.csv")
    (tmp_path / "a.doc").write_text("x")
    with pytest.raises(BadInput, match=r"\.doc is no table. Known: \.xlsx"):
        read(tmp_path / "a.doc")


def test_a_broken_spreadsheet(tmp_path):
    whole = workbook(tmp_path, GOOGLE).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[:300])
    with pytest.raises(BadInput, match="a broken"):
        read(tmp_path / "b.xlsx")


def test_a_spreadsheet_with_a_password(tmp_path):
    (tmp_path / "b.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(BadInput, match="password"):
        read(tmp_path / "b.xlsx")
