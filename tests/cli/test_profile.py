"""`miner profile` on the workspace of the demo, and on people who came without a group."""

import json

import docx
import pytest

from miner.settings import resources

LINE = "Строка портрета"


def lines_of(miner, tmp_path, group="rural"):
    assert miner("profile", "export", group, "--format", "json", "-o", tmp_path / "now.json")[0] == 0
    return json.loads((tmp_path / "now.json").read_text("utf-8"))


def said(author, *texts):
    return [{"id": f"{author}-{n}", "text": text, "author": author, "source": "forum"} for n, text in enumerate(texts)]


def imported(miner, tmp_path, posts):
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in posts), "utf-8")
    assert miner("import", tmp_path / "posts.jsonl")[0] == 0


VILLAGER = "Живу в деревне, работы рядом нет, автобус не ходит."
INVALID = "Сам я инвалид третьей группы, нигде не берут."


def test_people_without_a_group_are_assigned(miner, tmp_path):
    """Who says so belongs to the group, to several where true; all of their posts count, and nobody else's."""
    posts = [
        *said("a", VILLAGER, "Устал ждать ответа."),
        *said("b", f"{VILLAGER} {INVALID}"),
        *said("c", "Идёт дождь."),
    ]
    imported(miner, tmp_path, posts)
    assert miner("refresh")[1].strip() == "mined again: disabled, rural"
    assert miner("refresh")[1].strip() == "nothing new"
    told = miner("profile", "members")[1].splitlines()
    assert told[0].startswith("disabled: 1 чел.")
    assert told[1].startswith("rural: 2 чел.")
    assert told[-1] == "без группы: 1 чел."
    rows = miner("profile", "members", "rural")[1].splitlines()
    assert [row.split()[2] for row in rows] == ["a-0", "b-0"]
    assert all("«живу в деревне»" in row.lower() for row in rows)
    assert miner("profile", "build", "rural")[1].strip().endswith("2 people")
    imported(miner, tmp_path, said("d", INVALID))
    assert miner("refresh")[1].strip() == "mined again: disabled"


def test_a_forgotten_person_is_in_no_group(miner, tmp_path):
    imported(miner, tmp_path, said("a", VILLAGER))
    assert miner("refresh")[0] == 0
    assert miner("forget", "a@forum")[0] == 0
    assert miner("profile", "members")[1].strip() == "без группы: 0 чел."


def test_a_cue_for_everyone_is_refused(miner, tmp_path):
    """A group file of the workspace whose cue takes everybody is refused with the share, and nobody is assigned."""
    imported(miner, tmp_path, [post for n in range(60) for post in said(f"u{n}", "Ищу работу в городе")])
    (tmp_path / "var" / "groups").mkdir()
    (tmp_path / "var" / "groups" / "seekers.toml").write_text("title = 'Ищущие'\n[[cue]]\nsays = 'работ'\n", "utf-8")
    status, _, err = miner("refresh")
    assert status == 2
    assert "seekers.toml: cue 1 (says = 'работ') would take 100% of 60 authors" in err
    assert miner("profile", "members")[1].splitlines()[-1] == "без группы: 60 чел."


@pytest.mark.usefixtures("after_demo")
def test_two_demo_years_are_compared(miner):
    """The demo's two versions of a group: what is new, what is gone, and intervals for what stayed."""
    told = miner("profile", "compare", "rural", "--with", "1")[1]
    for what in ("новая: ", "исчезла: ", "без перемен: ", " п. п., от −"):
        assert what in told
    early = miner("profile", "compare", "rural", "--with", "2020-01-01")[2]
    assert early.startswith("miner: group 'rural' has no profile on '2020-01-01'. Versions: 1 (")


@pytest.mark.usefixtures("after_demo")
def test_an_old_profile_is_flagged(miner, tmp_path):
    """A profile made more than a year ago says so, and doesn't count for the target; gaps are named."""
    form = lines_of(miner, tmp_path)
    (tmp_path / "old.json").write_text(json.dumps(form | {"made": "2020-01-01"}), "utf-8")
    assert miner("profile", "import", tmp_path / "old.json")[0] == 0
    rows = miner("profile", "status")[1].splitlines()
    (row,) = [row for row in rows if row.startswith("Жители сёл")]
    assert "пора обновить: портрету больше года" in row
    assert "достаток семьи" in row.partition("нет данных: ")[2]
    assert rows[-1] == "готовы и не старше года: 2 из 10"


@pytest.mark.usefixtures("after_demo")
def test_indicators_pyramid_and_quotes_are_in_the_form(miner, tmp_path):
    """Three indicators with intervals; age by sex; words of people behind a characteristic, none of a single person."""
    form = lines_of(miner, tmp_path)
    assert [i["name"] for i in form["indicators"]] == ["satisfaction", "effort", "resolved"]
    effort = form["indicators"][1]
    assert effort["ci"][0] <= effort["value"] <= effort["ci"][1]
    facts = {fact["field"]: fact for fact in form["facts"]}
    assert facts["age_gender"]["section"] == "pyramid"
    assert facts["age"]["quotes"]
    named = {value["value"] for value in facts["region"]["values"]}
    assert "другое" in named
    assert not any("Вохма" in quote["quote"] for quote in facts["region"]["quotes"])


@pytest.mark.usefixtures("after_demo")
def test_the_staff_complete_a_characteristic(miner, tmp_path):
    """What nobody told on the internet is completed from experience, marked with who and when, and can be undone."""
    told = "Автобус два раза в неделю, зимой заносит"
    fact = miner("profile", "add-fact", "rural", "transport", told, "--who", "Отдел")[1].strip()
    assert miner("profile", "build", "rural")[0] == 0
    (transport,) = [f for f in lines_of(miner, tmp_path)["facts"] if f["field"] == "transport"]
    assert [(remark["text"], remark["who"]) for remark in transport["remarks"]] == [(told, "Отдел")]
    for form in ("word", "html", "markdown", "pdf", "slides", "excel"):
        assert miner("profile", "export", "rural", "--format", form, "-o", tmp_path / f"p.{form}")[0] == 0
    assert told in (tmp_path / "p.html").read_text("utf-8")
    assert miner("profile", "decide", "undo", fact, "--who", "Отдел")[0] == 0
    assert miner("profile", "build", "rural")[0] == 0
    assert "transport" not in [f["field"] for f in lines_of(miner, tmp_path)["facts"]]


@pytest.mark.usefixtures("after_demo")
@pytest.mark.parametrize(
    ("field", "complaint"),
    [("wings", "no characteristic 'wings'"), ("religion", "off by default"), ("headcount", "no characteristic")],
)
def test_a_characteristic_without_a_place_is_refused(miner, field, complaint):
    """An unknown one, a special category that the group doesn't name, one of employers for citizens."""
    status, _, err = miner("profile", "add-fact", "rural", field, "слова", "--who", "Отдел")
    assert status == 2
    assert complaint in err


def test_a_group_without_posts_lives_by_experience(miner, tmp_path):
    """Nobody of it writes on the internet, but its staff know it: the portrait is theirs."""
    assert (
        miner("profile", "add-line", "veterans", "pain", "Трудно вернуться к мирной работе", "--who", "Отдел")[0] == 0
    )
    assert "1 lines, 0 people" in miner("profile", "build", "veterans")[1]
    assert miner("profile", "export", "veterans", "--format", "pdf", "-o", tmp_path / "p.pdf")[0] == 0


def test_personal_data_is_warned_of(miner):
    """It is refused with its kind; whoever knows better keeps it, and exports hide it."""
    line = ("profile", "add-line", "rural", "pain", "Звонить +7 900 000-11-22", "--who", "Отдел")
    assert "телефон" in miner(*line)[2]
    assert miner(*line, "--anyway")[0] == 0


@pytest.fixture
def word(miner, tmp_path, after_demo):
    """The exported document of the demo's rural group, open for editing."""
    assert miner("profile", "export", "rural", "--format", "word", "-o", tmp_path / "p.docx")[0] == 0

    class Edited:
        document = docx.Document(str(tmp_path / "p.docx"))
        table = next(t for t in document.tables if t.rows[0].cells[1].text == "Желания")

        def line(self, row, column):
            return next(p for p in self.table.rows[row].cells[column].paragraphs if p.style.name == LINE)

        def back(self, *options):
            self.document.save(str(tmp_path / "edited.docx"))
            return miner("profile", "import", tmp_path / "edited.docx", *(options or ("--who", "Иванова")))

    return Edited()


def test_an_edited_word_document_comes_back(word, miner, tmp_path):
    """Changed, removed and new lines become decisions with a name; untouched ones stay as they are."""
    changed, gone = word.line(1, 2), word.line(2, 2)
    before, removed = changed.text, gone.text
    changed.runs[0].text = "Рядом с домом негде работать"
    gone._p.getparent().remove(gone._p)
    word.table.add_row().cells[1].paragraphs[0].text = "Хочет свой кабинет в селе"
    status, out, err = word.back()
    assert status == 0, err
    assert "version 3, draft" in out
    lines = {line["text"]: line for line in lines_of(miner, tmp_path)["lines"]}
    assert (lines["Рядом с домом негде работать"]["origin"], lines["Рядом с домом негде работать"]["who"]) == (
        "edited",
        "Иванова",
    )
    assert lines["Хочет свой кабинет в селе"]["origin"] == "manual"
    assert before not in lines
    assert removed not in lines
    assert miner("profile", "build", "rural")[0] == 0
    assert removed not in {line["text"] for line in lines_of(miner, tmp_path)["lines"]}


def test_an_untouched_word_document_changes_nothing(word, miner, tmp_path):
    before = lines_of(miner, tmp_path)["lines"]
    assert word.back()[0] == 0
    assert lines_of(miner, tmp_path)["lines"] == before


def spoil_header(word):
    word.table.rows[0].cells[1].paragraphs[0].text = "Хотелки"


def merge(word):
    word.table.rows[2].cells[0].merge(word.table.rows[2].cells[1])


def name_somebody(word):
    word.line(2, 0).runs[0].text = "Звоните +7 900 000-11-22"


def copy_line(word):
    there = word.table.rows[3].cells[2]
    there._tc.append(word.line(1, 2)._p.__copy__())


def forget_the_version(word):
    word.document.core_properties.keywords = "отчёт"


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (spoil_header, "no table has the header"),
        (merge, "row 3 of the table of lines: cells are merged"),
        (name_somebody, "row 3, column «Ценности, личные качества, интересы»: the line holds personal data: телефон"),
        (copy_line, "row 4, column «Боли и сложности»: the same line as in row 2"),
        (forget_the_version, "doesn't name a profile and its version, it is 'отчёт'"),
    ],
)
def test_a_word_document_that_no_longer_imports_says_where(word, miner, tmp_path, spoil, complaint):
    """Nothing is taken over then."""
    before = lines_of(miner, tmp_path)["lines"]
    spoil(word)
    status, _, err = word.back()
    assert status == 2
    assert complaint in err
    assert lines_of(miner, tmp_path)["lines"] == before


def test_what_is_no_word_document(miner, tmp_path):
    (tmp_path / "p.docx").write_text("no", "utf-8")
    assert "no Word document" in miner("profile", "import", tmp_path / "p.docx", "--who", "Иванова")[2]
    assert "--who" in miner("profile", "import", tmp_path / "p.docx")[2]
    assert "no such file" in miner("profile", "import", tmp_path / "q.docx", "--who", "Иванова")[2]


@pytest.mark.usefixtures("after_demo")
def test_quotes_are_retold_on_request(miner, tmp_path):
    """No quote of the demo stands in the export, and no address of one."""
    whole = lines_of(miner, tmp_path)
    export = ("profile", "export", "rural", "--format", "json", "--quotes", "paraphrased", "-o", tmp_path / "p.json")
    assert miner(*export)[0] == 0
    retold = (tmp_path / "p.json").read_text("utf-8")
    long = [q["quote"] for line in whole["lines"] for q in line["quotes"] if len(q["quote"].split()) > 4]
    assert len(long) > 20
    assert [quote for quote in long if quote in retold] == []
    assert [q["doc_id"] for line in whole["lines"] for q in line["quotes"] if f'"{q["doc_id"]}"' in retold] == []


def test_a_group_name_with_slashes_is_a_file_all_the_same(miner, tmp_path):
    """The file in a folder is named by the group, without what file systems refuse."""
    name = 'ООО "Рога/копыта"'
    (tmp_path / "posts.jsonl").write_text(
        json.dumps({"id": "1", "text": "Нет людей на склад, никто не идёт", "author": "a", "group": name}) + "\n",
        "utf-8",
    )
    assert miner("import", tmp_path / "posts.jsonl")[0] == 0
    assert miner("refresh")[0] == 0
    assert miner("profile", "export", name, "--format", "markdown", "-o", tmp_path)[0] == 0
    assert (tmp_path / "ООО _Рога_копыта_.md").is_file()


def test_a_region_has_a_template_of_its_own(miner, tmp_path, after_demo):
    """The workspace's template decides which characteristics a profile shows, and in which words."""
    text = (resources() / "config" / "groups" / "_template.toml").read_text("utf-8")
    own = text.replace('title = "Пол"', 'title = "Мужчины и женщины"').replace(
        '"region", "age", "gender", "marital"', '"gender", "age"'
    )
    (after_demo / "groups").mkdir()
    (after_demo / "groups" / "_template.toml").write_text(own, "utf-8")
    assert miner("profile", "build", "rural")[0] == 0
    facts = lines_of(miner, tmp_path)["facts"]
    assert [fact["title"] for fact in facts[:2]] == ["Мужчины и женщины", "Возраст"]
    assert "marital" not in [fact["field"] for fact in facts if fact["section"] == "head"]
