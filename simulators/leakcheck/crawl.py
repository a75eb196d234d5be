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

from sensors.processes import HOST

BEGINNINGS = (
    *("/", "/over", "/kwaliteit", "/v1/sensors", "/v1/quality", "/v1/areas", "/v1/openapi.json"),
    *("/organisaties", "/projecten", "/themas", "/buurten", "/sitemap.xml", "/register-entry.schema.json"),
    *("/v1/organisations", "/v1/projects", "/v1/themes"),
    "/s/lantaarn-0101",  # behind the code on a sign, which no page links to
)
_LINK = re.compile(rb'(?:href|action)="(/[^"#]*)"|"https?://[^/"]+(/[^"{}]*)"|"(/[^"{} ]*)":')


def get(port: int, path: str) -> bytes:
    """What a server of ours answers, headers included. Raises OSError when it doesn't."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
        connection.request("GET", quote(path, safe=string.punctuation))
        answer = connection.getresponse()
        return str(answer.msg).encode() + answer.read()


def crawl(port: int, most: int) -> Iterator[bytes]:
    """What so many addresses answer that can be reached from the first pages and the description of the API.

    A register has thousands of them, most of a few sorts: the first of every sort comes before the second of any.
    """
    seen, sorts = {*BEGINNINGS}, Counter[str]()
    waiting = [(0, place, path) for place, path in enumerate(BEGINNINGS)]
    while waiting and most > 0:
        answer = get(port, heappop(waiting)[-1])
        most -= 1
        yield answer
        for path in links(answer):
            if path not in seen:
                heappush(waiting, (sorts[sort(path)], len(seen), path))
                seen.add(path)
                sorts[sort(path)] += 1


def links(answer: bytes) -> Iterator[str]:
    """The addresses on this site that an answer names."""
    for found in _LINK.finditer(answer):
        path = html.unescape(next(filter(None, found.groups())).decode())
        if not path.startswith(("/static/", "//")):
            yield path


def sort(path: str) -> str:
    """What addresses of one sort have alike: all but the names of sensors, places and the like, and what is chosen."""
    place, _, query = path.partition("?")
    return re.sub(r"[^/]*[\d-][^/]*", "*", place) + "?" + re.sub(r"=[^&]*", "=", query)
