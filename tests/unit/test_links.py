from __future__ import annotations

import pytest

from reader import links
from reader.errors import LinkError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("HTTPS://EXAMPLE.com/A", "https://example.com/A"),
        ("http://example.com:8080/?q=1&r=%20#top", "http://example.com:8080/?q=1&r=%20#top"),
        ("https://example.com/путь", "https://example.com/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://пример.example/", "https://xn--e1afmkfd.example/"),
        ('https://example.com/"<>`{}|^', "https://example.com/%22%3C%3E%60%7B%7D%7C%5E"),
        ("https://[2001:db8::1]:443/", "https://[2001:db8::1]:443/"),
        ("https://a_b.example/", "https://a_b.example/"),
    ],
)
def test_a_safe_address(text: str, expected: str) -> None:
    assert links.safe_url(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no link"),
        ("javascript:alert(1)", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("--flag", "only http and https"),
        ("//example.com", "only http and https"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://a b/", "white space"),
        ("https://a/\x1b[2J", "control characters"),
        ("https://a\\@b/", "control characters"),
        ("https://user@example.com/", "names a user"),
        ("https://-oProxyCommand=x/", "host is malformed"),
        ("https://[::1/", "malformed"),
        ("https://[v1.x]/", "malformed"),
        ("https://[::g]/", "malformed"),
        ("https://bank.example[::1]/", "malformed"),
        ("https://example.com:port/", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://" + "ä" * 80 + ".example/", "malformed"),
        ("https://example.com/\ud800", "malformed"),
        ("https://example.com/" + "a" * links.URL_LIMIT, "longer than"),
        ("https://example.com/" + "ä" * 1_000, "longer than"),
    ],
)
def test_an_address_that_is_refused(text: str, reason: str) -> None:
    with pytest.raises(LinkError, match=reason):
        links.safe_url(text)


def test_the_host_of_an_address() -> None:
    assert links.host_of("https://example.com:8080/a") == "example.com"
    assert links.host_of("") == ""


@pytest.mark.parametrize(
    "other",
    [
        "http://www.example.com/a/?b=1&c=2",
        "https://example.com/a?c=2&b=1&utm_source=x#part",
        "https://example.com:443/a?fbclid=1&b=1&c=2",
        "https://EXAMPLE.com/a?b=1&c=2&gclid=3",
    ],
)
def test_addresses_of_one_page_have_one_key(other: str) -> None:
    assert links.url_key(other) == links.url_key("https://example.com/a?b=1&c=2") == "example.com/a?b=1&c=2"


@pytest.mark.parametrize(
    "other", ["https://example.com/b", "https://example.com/a?b=2", "https://example.com:8080/a", ""]
)
def test_other_pages_have_other_keys(other: str) -> None:
    assert links.url_key(other) != links.url_key("https://example.com/a")


def test_what_is_no_address_has_no_key() -> None:
    assert links.url_key("javascript:alert(1)") == ""


def test_an_address_too_long_to_be_opened_has_no_key_the_short_way_either() -> None:
    longest = "https://example.com/".ljust(links.URL_LIMIT, "a")
    assert links.url_key(longest) == longest.removeprefix("https://")
    assert links.url_key(longest + "a") == ""
