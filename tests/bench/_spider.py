"""The crawl of the bench's forum as a Scrapy spider: ``python -m tests.bench._spider URL POSTS.jsonl [JOBDIR]``.

It gives what `miner` gives of a post: number, author, date, thread, address, whom it answers, the author's own words.
The last line on standard output is JSON: pages, posts, seconds.
"""

import json
import re
import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess

BREAKS = re.compile(r"[ \t\r\n\xa0]+")


class Board(scrapy.Spider):
    name = "board"

    def parse(self, response):
        for link in response.css("li.row a.topictitle"):
            yield response.follow(link, self.parse_thread, cb_kwargs={"thread": None})
        for link in response.css("li.arrow.next a"):
            yield response.follow(link, self.parse)

    def parse_thread(self, response, thread):
        thread = thread or response.url
        title = response.css("h2.topic-title a::text").get()
        for post in response.css("div.post[id^=p]"):
            body = post.css("div.content")
            yield {
                "id": post.attrib["id"][1:],
                "author": post.css(".postprofile a.username::text").get(),
                "date": post.css("p.author time::attr(datetime)").get(),
                "url": response.urljoin(post.css("p.author a.unread::attr(href)").get()),
                "thread": thread,
                "title": title,
                "answers": post.css("blockquote cite::text").get(),
                "text": BREAKS.sub(" ", " ".join(body.xpath(".//text()[not(ancestor::blockquote)]").getall())).strip(),
            }
        for link in response.css("li.arrow.next a"):
            yield response.follow(link, self.parse_thread, cb_kwargs={"thread": thread})


def main():
    url, output, *jobs = sys.argv[1:]
    settings = {
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "FEEDS": {output: {"format": "jsonlines", "encoding": "utf-8"}},
        **({"JOBDIR": jobs[0]} if jobs else {}),
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Board)
    process.crawl(crawler, start_urls=[url])
    begin = time.perf_counter()
    process.start()
    seconds = time.perf_counter() - begin
    stats = crawler.stats.get_stats()
    print(
        json.dumps(
            {
                "pages": stats.get("downloader/response_count", 0),
                "posts": stats.get("item_scraped_count", 0),
                "seconds": round(seconds, 2),
                "cpu": round(time.process_time(), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
