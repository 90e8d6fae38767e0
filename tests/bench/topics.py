"""Topics of a great many short texts: seconds and memory. Run: ``python tests/bench/topics.py [TEXTS]``.

The texts recombine the phrases of a small corpus of complaints with places, so that most of them differ.
"""

from __future__ import annotations

import itertools
import json
import random
import resource
import sys
import time

from miner.records import Post
from miner.settings import Settings
from miner.topics.model import fit, share_without

WHO = "в нашем городе|у нас в селе|в районе|на заводе|в центре занятости|дома|у соседей|в школе|в больнице|на рынке".split(
    "|"
)
WHAT = (
    "автобус не ходит|зарплата маленькая|нет вакансий|дорога разбита|врача не дождёшься|мусор не вывозят|садика нет|"
    "вода ржавая|холодные батареи|курсы платные|начальник хамит|пособие задерживают|интернет не работает|"
    "очередь огромная|справки собирать долго|собаки бродячие|крыша течёт|тарифы растут|работу не найти|"
    "с детьми не берут|возраст не подходит|опыта требуют|график неудобный|платят в конверте|обманули с расчётом"
).split("|")
HOW = "давно|опять|третий месяц|каждый день|постоянно|второй год|снова|с весны|без конца|как всегда".split("|")
WISH = "помогите|что делать|куда писать|надоело|сил нет|обидно|стыдно|страшно|примите меры|разберитесь".split("|")


def texts(count: int) -> list[Post]:
    chance = random.Random(1)
    every = list(itertools.product(WHO, WHAT, HOW, WISH))
    made = []
    for number in range(count):
        who, what, how, wish = chance.choice(every)
        more = chance.choice(WHAT) if number % 3 == 0 else ""
        made.append(Post(f"p{number}", " ".join(filter(None, (how, who, what, more, wish)))))
    return made


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    given = texts(count)
    started = time.perf_counter()
    result = fit(given, Settings())
    print(
        json.dumps(
            {
                "texts": count,
                "seconds": round(time.perf_counter() - started, 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "topics": len(result.topics),
                "without_topic": round(share_without(result.assignments), 4),
            }
        )
    )


if __name__ == "__main__":
    main()
