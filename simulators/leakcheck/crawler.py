"""The public addresses of a register, found as a visitor finds them: by links."""

import html
import http.client
import re
import string
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from heapq import heappop, heappush
from urllib.parse import quote

from sensors.processes import LOOPBACK_HOST

START_PATHS = (
    *("/", "/over", "/kwaliteit", "/v1/sensors", "/v1/quality", "/v1/areas", "/v1/openapi.json"),
    *("/organisaties", "/projecten", "/themas", "/buurten", "/sitemap.xml", "/register-entry.schema.json"),
    *("/v1/organisations", "/v1/projects", "/v1/themes"),
    "/s/lantaarn-0101",  # behind the code on a sign, which no page links to
)
_LINK = re.compile(rb'(?:href|action)="(/[^"#]*)"|"https?://[^/"]+(/[^"{}]*)"|"(/[^"{} ]*)":')


def fetch(port: int, path: str) -> bytes:
    """What a server of ours answers, headers included. Raises OSError when it doesn't."""
    with closing(http.client.HTTPConnection(LOOPBACK_HOST, port, timeout=30)) as connection:
        connection.request("GET", quote(path, safe=string.punctuation))
        answer = connection.getresponse()
        return str(answer.msg).encode() + answer.read()


def crawl(port: int, max_pages: int) -> Iterator[bytes]:
    """What so many addresses answer that can be reached from the first pages and the description of the API.

    A register has thousands of them, most of a few sorts: the first of every sort comes before the second of any.
    """
    seen, sorts = {*START_PATHS}, Counter[str]()
    waiting = [(0, place, path) for place, path in enumerate(START_PATHS)]
    while waiting and max_pages > 0:
        answer = fetch(port, heappop(waiting)[-1])
        max_pages -= 1
        yield answer
        for path in extract_links(answer):
            if path not in seen:
                heappush(waiting, (sorts[path_pattern(path)], len(seen), path))
                seen.add(path)
                sorts[path_pattern(path)] += 1


def extract_links(answer: bytes) -> Iterator[str]:
    """The addresses on this site that an answer names."""
    for found in _LINK.finditer(answer):
        path = html.unescape(next(filter(None, found.groups())).decode())
        if not path.startswith(("/static/", "//")):
            yield path


def path_pattern(path: str) -> str:
    """What addresses of one sort have alike: all but the names of sensors, places and the like, and what is chosen."""
    place, _, query = path.partition("?")
    return re.sub(r"[^/]*[\d-][^/]*", "*", place) + "?" + re.sub(r"=[^&]*", "=", query)
