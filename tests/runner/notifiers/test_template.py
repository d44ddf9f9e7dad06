"""Templates: whose is used, what a broken one costs, and what none can do."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from monctl.runner.message import Message
from monctl.runner.notifiers.template import Name, Rendered, Templates


def test_a_users_template_replaces_ours_and_a_channels_replaces_both(message: Callable[[str], Message]) -> None:
    own = {"title": "{{ first.title }} for {{ message.channel }}", "slack-critical/title": "{{ first.severity|upper }}!"}

    assert Templates(own).render("title", message("firing")) == Rendered("CRITICAL!")
    assert Templates(own).render("title", message("digest")) == Rendered("API latency for email-info")


def test_a_users_template_may_build_on_ours(message: Callable[[str], Message]) -> None:
    own = {"email.txt": "{% include 'default/email.txt' %}\n\nCall the office: 210 000 000"}

    text = Templates(own).render("email.txt", message("firing")).text

    assert text.startswith("🔴 CRITICAL: Orphaned posts")
    assert text.endswith("Call the office: 210 000 000")


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{{ first.nothing }}", "has no attribute 'nothing'"),
        ("{% if %}", "line 1: "),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ first.title + 1 }}", "can only concatenate str"),
        ("   ", "it writes nothing"),
        ("{{ items[99].title }}", "has no element 99"),
        ("{% include 'elsewhere' %}", "elsewhere"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "it calls itself without end"),
    ],
)
def test_a_broken_template_falls_back_to_ours_and_says_why(
    template: str, fault: str, message: Callable[[str], Message], caplog: pytest.LogCaptureFixture
) -> None:
    templates = Templates({"title": template})
    with caplog.at_level(logging.WARNING):
        shown = templates.render("title", message("firing"))
        templates.render("title", message("firing"))

    assert shown.text == "🔴 CRITICAL: Orphaned posts (12 posts, threshold > 10 for 5m)"
    assert fault in shown.note
    assert shown.note.startswith("The template 'title' is broken (")
    assert [record.message for record in caplog.records] == [
        f"the template 'title' is broken, the built-in one is used: {shown.note.removeprefix('''The template 'title' is broken (''').removesuffix('), so this is the built-in message.')}"
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ first.__class__ }}",
        "{{ when.func.__globals__ }}",
        "{{ lasted.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ first.title.format(first) }}",
        "{{ '{0.__class__}'.format(first) }}",
        "{{ '{0.__class__}'.format_map({'0': 1}) }}",
        "{{ first|attr('__class__') }}",
        "{{ message.items.append(1) }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ range(3) }}",
        "{{ lipsum() }}",
        "{{ first.labels.update({'a': 'b'}) }}",
        "{% set first.title = 'x' %}",
    ],
)
def test_a_template_reaches_nothing_but_the_message(template: str, message: Callable[[str], Message]) -> None:
    assert Templates({"title": template}).render("title", message("firing")).note != ""


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x'|center(1000000000) }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ [1] * 1000000000 }}",
        "{% for a in text %}{% for b in text %}{% for c in text %}{% for d in text %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% set x = 'abcdefgh' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
        "{% set x = 'abcdefgh' %}" + "{% set x = x + x %}" * 60 + "{{ x }}",
        "{% set x = 'abcdefgh' %}" + "{% set x = x ~ x %}" * 12 + "{{ (x|list)|join(x) }}",
        "{% set x = 'abcdefgh' %}" + "{% set x = x ~ x %}" * 12 + "{{ x }}" * 40,
        "x" * 70_000,
    ],
)
def test_a_template_cannot_fill_the_memory_or_run_for_long(template: str, message: Callable[[str], Message]) -> None:
    template = template.replace("in text", "in 'abcdefghijklmnopqrstuvwxyz'")

    assert Templates({"title": template}).render("title", message("firing")).note != ""


@pytest.mark.parametrize("name", ["title", "sms", "slack", "email.txt", "email.html"])
def test_what_a_message_holds_is_never_a_template(name: Name, message: Callable[[str], Message]) -> None:
    assert "49" not in Templates({}).render(name, message("hostile")).text.replace("1795", "")


def test_html_escapes_what_it_shows(message: Callable[[str], Message]) -> None:
    page = Templates({}).render("email.html", message("hostile")).text

    assert "<script" not in page
    assert "<b>0</b>" not in page
    assert "&lt;b&gt;0&lt;/b&gt;" in page
    assert 'href="javascript' not in page


def test_users_html_is_escaped_as_well(message: Callable[[str], Message]) -> None:
    own = {"slack-critical/email.html": "<p>{{ first.monitor }}{{ 'x' ~ first.monitor }}</p>"}

    shown = "hostile&lt;script&gt;alert(1)&lt;/script&gt;"
    assert Templates(own).render("email.html", message("hostile")).text == f"<p>{shown}x{shown}</p>"


def test_useful_things_work_in_a_users_template(message: Callable[[str], Message]) -> None:
    own = {
        "title": "{% for item in items %}{{ loop.index }}. {{ item.title|truncate(8, true, '…', 0) }} {{ lasted(message.now - item.since) }}; {% endfor %}"
        "{{ items|map(attribute='severity')|unique|join('/') }} {{ first.labels.get('table', '-') }} {{ when(first.since) }} {{ 3 * 4 }}"
    }

    assert Templates(own).render("title", message("group")).text == (
        "1. Orphane… 5m; 2. API lat… 25m; 3. Certifi… 1d; critical/high/medium posts 2026-11-21 12:00 WET 12"
    )
