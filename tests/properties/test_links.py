from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reader import links
from reader.errors import LinkError

LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOST = st.builds("{}.{}".format, LABEL.filter(lambda label: label != "www"), LABEL)
PIECE = st.text(st.sampled_from("abcXYZ019-._~%2F!$'()*+,;:@äß日&=?/"), max_size=8)
PATH = st.builds("/{}/{}".format, PIECE, PIECE)
WORD = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
QUERY = st.dictionaries(WORD, WORD, max_size=3)
ANYTHING = st.one_of(
    st.text(),
    st.builds("{}:{}".format, st.sampled_from(["http", "https", "HTTP", "file", "javascript"]), st.text()),
    st.builds("https://{}".format, st.text()),
    st.builds("https://{}{}".format, HOST, st.text()),
    st.builds("http://{}{}".format, HOST, PATH),
)


@given(text=ANYTHING)
def test_an_accepted_address_is_plain_and_is_accepted_again_unchanged(text: str) -> None:
    try:
        url = links.safe_url(text)
    except LinkError:
        return
    assert re.fullmatch(r"https?://[!-~]+", url)
    assert not re.search(r"[\\\"<>`{|}^]", url)
    assert "@" not in url.split("/")[2].split("?")[0].split("#")[0]
    assert links.host_of(url)
    assert links.safe_url(url) == url


@given(text=ANYTHING)
def test_a_key_never_fails_and_is_plain(text: str) -> None:
    assert links.url_key(text).isascii()


@given(host=HOST, path=PATH, query=QUERY, scheme=st.sampled_from(["http", "https"]))
def test_a_key_does_not_tell_how_one_came_to_the_page(
    host: str, path: str, query: dict[str, str], scheme: str
) -> None:
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    turned = "&".join(f"{name}={value}" for name, value in reversed(query.items()))
    path = path.replace("?", "").rstrip("/")
    expected = links.url_key(f"https://{host}{path}?{pairs}")
    assert expected
    assert links.url_key(f"{scheme}://www.{host}{path}/?{turned}#part") == expected
    assert links.url_key(f"{scheme}://{host}{path}?utm_source=x&{turned}&fbclid=1") == expected


@given(
    st.from_regex(re.compile(links._SIMPLE.pattern, links._SIMPLE.flags), fullmatch=True)
    | st.from_regex(
        r"\Ahttps?://(www\.){0,2}[a-z0-9.-]{1,12}(/[\w!$%&'()*+,./:;=@~-]{0,12})?\n?\Z", fullmatch=True
    )
)
def test_the_short_cut_to_a_key_gives_what_the_long_way_gives(url: str) -> None:
    # The fragment is no part of a key and keeps the address from the short cut.
    assert links.url_key(url) == links.url_key(f"{url.strip()}#x")
