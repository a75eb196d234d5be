"""Crawl the public pages of a register by following links."""

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
    "/s/lantaarn-0101",  # reached by the code on a sign, not linked from any page
)
_LINK = re.compile(rb'(?:href|action)="(/[^"#]*)"|"https?://[^/"]+(/[^"{}]*)"|"(/[^"{} ]*)":')


def fetch(port: int, path: str) -> bytes:
    """Fetch a path from a local server; returns headers and body. Raises OSError if it is unreachable."""
    with closing(http.client.HTTPConnection(LOOPBACK_HOST, port, timeout=30)) as connection:
        connection.request("GET", quote(path, safe=string.punctuation))
        answer = connection.getresponse()
        return str(answer.msg).encode() + answer.read()


def crawl(port: int, max_pages: int) -> Iterator[bytes]:
    """Yield up to ``max_pages`` responses reachable from the start pages and the API description.

    A register has thousands of pages in a few patterns: the first page of each pattern comes before the second of any.
    """
    seen, patterns = {*START_PATHS}, Counter[str]()
    waiting = [(0, place, path) for place, path in enumerate(START_PATHS)]
    while waiting and max_pages > 0:
        answer = fetch(port, heappop(waiting)[-1])
        max_pages -= 1
        yield answer
        for path in extract_links(answer):
            if path not in seen:
                heappush(waiting, (patterns[path_pattern(path)], len(seen), path))
                seen.add(path)
                patterns[path_pattern(path)] += 1


def extract_links(answer: bytes) -> Iterator[str]:
    """Yield the same-site paths in a response, except static files."""
    for found in _LINK.finditer(answer):
        path = html.unescape(next(filter(None, found.groups())).decode())
        if not path.startswith(("/static/", "//")):
            yield path


def path_pattern(path: str) -> str:
    """The path with identifiers and query values replaced, the same for all pages of one type."""
    place, _, query = path.partition("?")
    return re.sub(r"[^/]*[\d-][^/]*", "*", place) + "?" + re.sub(r"=[^&]*", "=", query)
