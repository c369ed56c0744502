"""Every byte that a server sends and a folder holds, and words in any spelling."""

from __future__ import annotations

import functools
import gzip
import html
import json
import re
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urldefrag, urljoin

import requests
import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LINKS = re.compile(r"""(?:href|src|action|data-[a-z-]+)=["']([^"']+)["']|<loc>([^<]+)</loc>|<(http[^>\s]+)>""")
_MOST = 3000
_PATIENCE = 120


@functools.cache
def spellings(words: str) -> frozenset[bytes]:
    """Words as they may stand in text, HTML, JSON, N-Triples, XML, URLs and SQL-like quoting."""
    texts = {
        words,
        html.escape(words),
        html.escape(words, quote=False),
        html.escape(words).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
        json.dumps(words)[1:-1],
        json.dumps(words, ensure_ascii=False)[1:-1],
        words.replace('"', '""'),
        quote(words),
        quote(words, safe=""),
        quote_plus(words),
        words.encode("ascii", "xmlcharrefreplace").decode(),
    }
    return frozenset(spelling.encode() for text in texts for spelling in (text, text.lower()))


def has(content: bytes, words: Iterable[str]) -> set[str]:
    """The words that stand in some bytes, in whatever spelling."""
    lowered = content.lower()
    return {each for each in words if any(text in content or text in lowered for text in spellings(each))}


def unpacked(content: bytes) -> bytes:
    """What is compressed, as it was before; everything else as it is."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content


def stored(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder with its name; what is compressed also as it was before."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        yield path.name, str(path).encode() + b"\n" + content
        if (plain := unpacked(content)) is not content:
            yield path.name, plain


def served(
    url: str, starts: Iterable[str], accepts: Iterable[str], *, most: int = _MOST
) -> Iterator[tuple[str, bytes]]:
    """Everything that is reached from some paths by links, in each of some formats: path, and header with body."""
    waiting = deque(urljoin(url, each) for each in starts)
    seen = set(waiting)
    with requests.Session() as session:
        for _ in range(most):
            if not waiting:
                return
            address = waiting.popleft()
            for accept in accepts:
                reply = session.get(address, headers={"Accept": accept}, timeout=_PATIENCE, allow_redirects=False)
                head = "".join(f"{name}: {value}\n" for name, value in reply.headers.items())
                body = unpacked(reply.content)
                yield address, address.encode() + b"\n" + head.encode() + body
                found = (next(filter(None, each)) for each in _LINKS.findall(body.decode("utf-8", "replace")))
                for link in [reply.headers.get("Location", ""), *re.findall(r"<([^>]*)>", head), *found]:
                    target = urldefrag(urljoin(address, html.unescape(link))).url
                    if target.startswith(url) and target not in seen:
                        seen.add(target)
                        waiting.append(target)
