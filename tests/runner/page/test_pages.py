"""What the pages say: who was really told, what is known, what to do; and that nothing in a spec becomes markup."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest
import yaml

from monctl.runner.page.site import HERE
from monctl.runner.store.sqlite import SqliteStore
from monctl.schema import schemas
from tests.runner.page.shop import HOSTILE, NOW, SPECS, Answer, World, in_shop

INCIDENT = f"/incidents/{quote('shop/api-latency/#1', safe='')}"
PAGES = [
    "/",
    INCIDENT,
    "/monitors",
    "/monitors/api-latency",
    "/monitors/site",
    "/services",
    "/silences",
    "/outbox",
    "/reports",
    "/public",
    "/login",
]


def seen(text: str) -> str:
    """The text of a page as it reads, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?</head>|<datalist.*?</datalist>", "", text))).split())


async def asked(world: World, path: str) -> str:
    answer = await (await world.signed_in()).get(path)
    assert answer.status == 200, answer.text
    return answer.text


def test_nothing_fires_and_all_is_known(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        world.runner.engine.call("nightly-backup", "")
        await world.runner.minutes(3)
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert "0 firing 6 well 0 unknown" in text
    assert "Nothing fires All 6 monitors are well." in text


def test_before_the_first_result_nothing_is_called_well(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.runner._alive()
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert "0 firing 0 well 6 unknown" in text
    assert "But nothing is known of any monitor either" in text


def test_a_dead_letter_does_not_look_like_told(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.trouble()
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert "✗ Operations room was not reached : the webhook of ops refused: 410 Gone" in text
    assert "↻ Mail to the shop not reached yet : the mail server is busy; 3 tries, next" in text
    assert "✓ Bo Chen (email)" in text
    assert "✓ Operations room" not in text
    assert "2 messages could not be delivered." in text


def test_a_later_message_that_arrives_makes_it_told(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, str]:
        await world.trouble()
        world.runner.answers = {}
        await world.runner.minutes(2)
        mail = seen(await asked(world, "/"))
        world.runner.gives("metric:latency", value=100.0, exit_code=0.0)
        await world.runner.minutes(2)
        return mail, seen(await asked(world, "/"))

    first, then = in_shop(tmp_path, work)

    assert "✓ Mail to the shop" in first
    assert "✗ Operations room was not reached" in first  # nothing has been sent there since
    assert "API latency" not in then


def test_the_most_severe_is_first_and_the_next_step_is_named(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.trouble()
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert text.index("API latency") < text.index("Search index: cannot be evaluated")
    assert re.search(r"critical API latency 950ms limit > 800ms for 3m For 3m\S* \S* ?since 13:22:52", text)
    assert "Next Bo Chen in 8m" in text


def test_what_is_held_says_why(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        body = {
            "id": "a1",
            "matchers": [{"label": "service", "op": "=", "value": "api"}],
            "start": NOW,
            "end": NOW + 86_400,
            "comment": "new cluster",
        }
        await world.site.store.order("silence", "Ana", NOW, body)
        await world.trouble()
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert "Held silence a1 by Ana: new cluster" in text
    assert "nobody yet" in text


def test_when_the_runner_is_silent_nothing_is_well_and_it_is_said(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.runner.minutes(3)
        world.clock.move(world.clock.wall() + 7200)
        return seen(await asked(world, "/"))

    text = in_shop(tmp_path, work)

    assert "No runner is at work. The last sign of life is 2h old." in text
    assert "0 well 6 unknown" in text


def test_the_story_of_an_incident(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, str]:
        await world.trouble()
        ana = await world.signed_in()
        page = await ana.get(INCIDENT)
        await ana.post("/ack", {"csrf": page.csrf, "key": "shop/api-latency/#1", "next": INCIDENT})
        await world.runner.minutes(1)
        taken = seen((await ana.get(INCIDENT)).text)
        world.runner.answers = {}
        world.runner.gives("metric:latency", value=100.0, exit_code=0.0)
        await world.runner.minutes(3)
        return taken, seen((await ana.get(INCIDENT)).text)

    taken, over = in_shop(tmp_path, work)

    for part in (
        "ok → pending",
        "pending → warning 950ms",
        "warning → critical 950ms",
        "could not tell Operations room: firing",
        "told Bo Chen (email): escalate",
    ):
        assert part in taken
    assert "Taken by ana until Sun 22 Nov 13:26" in taken
    assert "taken by ana" in taken
    assert "First Look at the slowest queries: pg_stat_activity" in taken
    assert "Give back" in taken
    assert "Next " not in taken
    assert "Over" in over
    assert "critical → ok" in over
    assert "told Mail to the shop: resolved" in over


def test_taking_and_giving_back(tmp_path: Path) -> None:
    async def work(world: World) -> list[object]:
        await world.trouble()
        ana = await world.signed_in()
        token = (await ana.get("/")).csrf
        took = await ana.post("/ack", {"csrf": token, "key": "shop/api-latency/#1", "for": "4h"})
        await world.runner.minutes(1)
        one = (await world.site.board()).incidents[0]
        until = one.acked_until
        gave = await ana.post("/unack", {"csrf": token, "key": "shop/api-latency/#1", "next": "/monitors?q=a"})
        await world.runner.minutes(1)
        gone = await ana.post("/ack", {"csrf": token, "key": "shop/nothing/#1"})
        wrong = await ana.post("/ack", {"csrf": token, "key": "shop/api-latency/#1", "for": "soon"})
        after = (await world.site.board()).incidents[0].acked_by
        return [took.header("location"), one.acked_by, until, gave.header("location"), after, gone.status, wrong.status, seen(wrong.text)]

    found = in_shop(tmp_path, work)

    assert found[:7] == ["/?done=ack", "ana", NOW + 26 * 60 + 4 * 3600, "/monitors?q=a&done=unack", "", 404, 400]
    assert "'soon' is not" in str(found[7])


def test_silences_begin_and_end(tmp_path: Path) -> None:
    async def work(world: World) -> list[object]:
        ana = await world.signed_in()
        token = (await ana.get("/silences")).csrf
        form = {"csrf": token, "what": "service=api, severity!=critical", "for": "2h", "comment": "a test", "maintenance": "1"}
        begun = await ana.post("/silence", form)
        await world.runner.minutes(1)
        page = await ana.get("/silences")
        (one,) = (await world.site.board()).silences
        ended = await ana.post("/silence/end", {"csrf": token, "id": one.id})
        await world.runner.minutes(1)
        wrong = [
            (await ana.post("/silence", {"csrf": token, **said})).status
            for said in (
                {"what": "", "for": "1h"},
                {"what": "ordres", "for": "1h"},
                {"what": "a=~[", "for": "1h"},
                {"what": "orders", "for": "x"},
                {"what": "orders", "for": "900d"},
            )
        ]
        return [begun.header("location"), seen(page.text), one, ended.status, (await world.site.board()).silences, wrong]

    begun, text, one, ended, after, wrong = in_shop(tmp_path, work)

    assert begun == "/silences?done=silence"
    assert "service=api, severity!=critical maintenance until 15:00:00 ( 1h 59m ) by ana: a test" in str(text)
    assert (one.by, one.maintenance, one.end - one.start) == ("ana", True, 7200.0)  # type: ignore[attr-defined]  # a ShownSilence
    assert (ended, after, wrong) == (303, (), [400] * 5)


@pytest.mark.parametrize("path", PAGES)
def test_no_word_of_a_spec_or_a_person_becomes_markup(path: str, tmp_path: Path) -> None:
    specs = yaml.safe_load(SPECS)
    for kind in ("people", "channels", "services", "runbooks", "monitors", "rotations", "escalations"):
        for name, one in specs[kind].items():
            one["title"] = HOSTILE + name
    specs["monitors"]["api-latency"] |= {
        "description": HOSTILE,
        "action": HOSTILE,
        "links": {HOSTILE: "javascript:alert(3)"},
        "labels": {"x": HOSTILE},
    }
    specs["runbooks"]["slow-api"]["steps"] = [f"`{HOSTILE}` {HOSTILE}"]

    async def work(world: World) -> tuple[Answer, Answer]:
        world.runner.fails("search-index", HOSTILE)
        await world.trouble()
        body = {
            "id": "a1",
            "matchers": [{"label": HOSTILE, "op": "=", "value": HOSTILE}],
            "start": NOW,
            "end": NOW + 86_400,
            "comment": HOSTILE,
        }
        await world.site.store.order("silence", HOSTILE, NOW, body)
        await world.site.store.order("ack", HOSTILE, NOW, {"monitor": "api-latency", "incident": None, "until": None})
        await world.runner.minutes(1)
        ana = await world.signed_in()
        return await ana.get(path), await ana.get(
            f"{path}{'&' if '?' in path else '?'}q={quote(HOSTILE)}&what={quote(HOSTILE)}&next={quote(HOSTILE)}&done={quote(HOSTILE)}"
        )

    for answer in in_shop(tmp_path, work, specs=yaml.safe_dump(specs, allow_unicode=True, sort_keys=False)):
        assert answer.status == 200, answer.text
        assert Markup.faults(answer.text) == []


class Markup(HTMLParser):
    """Finds what the policy of the page would stop, and what must not be there at all."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    @classmethod
    def faults(cls, text: str) -> list[str]:
        made = cls()
        made.feed(text)
        return made.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "script" and not (said.get("src") or "").startswith("/static/"):
            self.found.append("a script in the page")
        if tag in {"style", "img", "iframe", "object"}:
            self.found.append(f"<{tag}>")
        self.found += [f"{name} of {tag}" for name in said if name.startswith("on") or name == "style"]
        self.found += [
            f"{value} of {tag}"
            for name, value in said.items()
            if name in {"href", "src", "action"} and (value or "").lower().lstrip().startswith("javascript:")
        ]


class Labels(HTMLParser):
    """Finds what a reader of screens would not understand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.headings: list[str] = []
        self._inside: list[str] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if (
            tag in {"input", "select", "textarea"}
            and said.get("type") != "hidden"
            and "label" not in self._inside
            and not said.get("aria-label")
        ):
            self.found.append(f"{tag} {said.get('name')} has no label")
        if tag == "nav" and not said.get("aria-label"):
            self.found.append("a nav without a name")
        if tag == "svg" and "svg" not in self._inside and not (said.get("aria-hidden") == "true" or said.get("aria-label")):
            self.found.append("a picture that says nothing")
        if (name := said.get("id")) is not None:
            if name in self._ids:
                self.found.append(f"two are called {name}")
            self._ids.add(name)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        if tag in {"label", "svg"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"label", "svg"}:
            self._inside.pop()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_without_seeing_it(path: str, tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.trouble()
        return await asked(world, path)

    text = in_shop(tmp_path, work)
    read = Labels()
    read.feed(text)

    assert read.found == []
    assert '<html lang="en">' in text
    assert 'name="viewport"' in text


def test_the_part_that_is_read_again_is_the_part_of_the_page(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, str]:
        await world.trouble()
        ana = await world.signed_in()
        return (await ana.get("/")).text, (await ana.get("/", hx_request="true")).text

    whole, part = in_shop(tmp_path, work)
    live = part[part.index('<div id="live"') :].strip()

    assert "<header>" not in part
    assert "".join(live.split()) in "".join(whole.split())
    assert part.startswith("<title>(2) Firing · The Shop</title>")


def test_monitors_are_found_by_word_state_and_service(tmp_path: Path) -> None:
    async def work(world: World) -> list[list[str]]:
        await world.trouble()
        ana = await world.signed_in()

        async def names(query: str) -> list[str]:
            return re.findall(r'id="m-([^"]+)"', (await ana.get(f"/monitors{query}")).text)

        return [
            await names(query)
            for query in ("", "?q=API", "?q=latency+api", "?state=unknown", "?service=web", "?q=nothing", "?service=web&state=firing")
        ]

    every, api, both, unknown, web, none, nothing = in_shop(tmp_path, work)

    assert every == ["api-latency", "nightly-backup", "search-index", "database", "orders", "site"]
    assert api == both == ["api-latency"]
    assert unknown == ["nightly-backup", "search-index"]
    assert web == ["orders", "site"]
    assert none == nothing == []


def test_the_history_has_the_limits_as_bands(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[object, str]:
        await world.trouble()
        ana = await world.signed_in()
        return (await ana.get("/api/monitors/api-latency/history?range=1h")).json, (await ana.get("/monitors/api-latency?range=1h")).text

    found, text = in_shop(tmp_path, work)
    assert isinstance(found, dict)

    assert [(band["severity"], band["low"], band["high"]) for band in found["bands"]] == [
        ("critical", 800.0, None),
        ("warning", 300.0, None),
    ]
    assert found["points"]["mean"] == [120.0] * 20 + [950.0] * 6
    assert found["unit"] == {"name": "ms", "dimension": "time", "scale": 1.0}
    assert text.count('class="band"') == 2
    assert "value between 120ms and 950ms, last 950ms. Limits: critical &gt; 800ms for 3m; warning &gt; 300ms for 2m." in text


def test_a_hole_in_the_measurements_is_a_hole_in_the_line(tmp_path: Path) -> None:
    async def work(world: World) -> list[float | None]:
        world.runner.gives("metric:latency", value=100.0)
        await world.runner.minutes(3)
        world.runner.fails("metric:latency", "gone")
        await world.runner.minutes(5)
        world.runner.gives("metric:latency", value=110.0)
        await world.runner.minutes(2)
        found: list[float | None] = (await (await world.signed_in()).get("/api/monitors/api-latency/history?range=1h")).json["points"][
            "mean"
        ]
        return found

    assert in_shop(tmp_path, work) == [100.0] * 3 + [None] + [110.0] * 2


def test_what_is_asked_for_wrongly_is_answered_with_what_is_usual(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        await world.trouble()
        ana = await world.signed_in()
        paths = [
            "/api/monitors/api-latency/history?range=9y&value=x&instance=y",
            "/monitors/api-latency?range=%00",
            "/reports?month=2026-13",
            "/monitors/nope",
            "/api/monitors/nope/history",
            "/incidents/",
            "/incidents/a%00b",
        ]
        return [(await ana.get(path)).status for path in paths]

    assert in_shop(tmp_path, work) == [200, 200, 400, 404, 404, 404, 404]


def test_what_a_down_service_affects_is_in_the_picture(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, str]:
        await world.trouble()
        text = await asked(world, "/services")
        return text, seen(text)

    text, said = in_shop(tmp_path, work)

    assert text.count('class="edge firing"') == 2  # web and mobile need the API
    assert "Web shop: well, affected" in said
    assert "Mobile app: not watched, affected" in said
    assert "Web shop affected by API" in said


def test_the_public_page_says_services_and_nothing_else(tmp_path: Path) -> None:
    async def work(world: World) -> Answer:
        await world.trouble()
        return await world.browser().get("/public")

    text = seen(in_shop(tmp_path, work).text)

    assert re.fullmatch(
        r"The Shop 1 of 5 services has trouble\. API trouble Backups unknown Database well Search unknown Web shop well 13:26:00 Europe/Berlin",
        text,
    )


def test_the_public_page_is_off_unless_asked_for_and_shows_what_it_is_told_to(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[int, str]:
        await world.runner.minutes(2)
        answer = await world.browser().get("/public")
        return answer.status, seen(answer.text)

    off = in_shop(tmp_path, work, page="{users: {ana: '${env:ANA}'}}")
    some = in_shop(tmp_path, work, page="{users: {ana: '${env:ANA}'}, public: true, services: [db]}")

    assert off[0] == 404
    assert some == (200, "The Shop All services are well. Database well 13:02:00 Europe/Berlin")


def test_the_board_as_json_fits_its_schema(tmp_path: Path) -> None:
    async def work(world: World) -> object:
        await world.trouble()
        return (await (await world.signed_in()).get("/api/board")).json

    found = in_shop(tmp_path, work)
    jsonschema.Draft202012Validator(schemas()["status"]).validate(found)
    assert isinstance(found, dict)

    assert [one["key"] for one in found["incidents"]] == ["shop/api-latency/#1", "shop/search-index/health#1"]
    assert found["monitors"]["search-index"] == {"state": "unknown", "severity": "", "note": "the program 'index' is not there"}


def test_reports_stand_beside_their_goals(tmp_path: Path) -> None:
    specs = SPECS + "\nreports:\n  review: {every: monthly, goals: {mttr: '< 30m'}}\n"

    async def work(world: World) -> str:
        await world.trouble()
        world.runner.answers = {}
        world.runner.gives("metric:latency", value=100.0)
        await world.runner.minutes(30)
        return seen(await asked(world, "/reports?month=2026-11"))

    text = in_shop(tmp_path, work, specs=specs)

    assert "So far: this month is not over." in text
    assert re.search(r"Time to resolve \S+ < 30m", text)
    assert "api-latency" in text


def test_a_store_that_is_away_is_said_and_not_hidden(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[int, str, int]:
        ana = await world.signed_in()
        store = world.runner.given.store
        assert isinstance(store, SqliteStore)
        await store._state.run(lambda db: db.execute("DROP TABLE outbox"))
        board = await ana.get("/")
        await store._state.run(lambda db: db.execute("ALTER TABLE value RENAME TO away"))
        gate = await ana.get("/")
        await store._state.run(lambda db: db.execute("ALTER TABLE away RENAME TO value"))
        return board.status, board.text, gate.status

    assert in_shop(tmp_path, work) == (503, "the store cannot be used: no such table: outbox\n", 503)


def test_files_of_others_are_what_they_were_published_as() -> None:
    listed = re.findall(
        r"\| `(\S+)` \| \S+ \| \S+ \| .+? \| ([0-9a-f]{64}) \|", (HERE / "static/vendor/README.md").read_text(encoding="utf-8")
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (HERE / "static/vendor").iterdir()
        if path.suffix in {".js", ".css"}
    }

    assert dict(listed) == found


def test_pages_of_an_estate_with_nothing_in_it_explain_themselves(tmp_path: Path) -> None:
    async def work(world: World) -> list[str]:
        await world.runner._alive()
        ana = await world.signed_in()
        return [seen((await ana.get(path)).text) for path in ("/", "/monitors", "/services", "/silences", "/outbox", "/reports")]

    firing, monitors, services, silences, outbox, reports = in_shop(tmp_path, work, specs="severities: {critical: {}}\n")

    assert "This estate has no monitors on the runner." in firing
    assert "No monitors" in monitors
    assert "Declare services with depends_on" in services
    assert "Nothing is silenced. What fires is told." in silences
    assert "Every message found its way." in outbox
    assert "No incidents" in reports
