"""Who may do what: every route, signed in or not, from here or from elsewhere. Named after the holes other status pages had."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

from monctl.runner.page.actions import local_path
from monctl.runner.page.gate import PUBLIC, PUBLIC_BELOW
from tests.runner.page.shop import NOW, QUICK, USERS, World, in_shop

NOBODY = "{}"


def routes(world: World) -> list[tuple[str, str]]:
    """(method, path) of every route there is, with something in the place of its parameters."""
    found = []
    for route in world.app.routes:
        if isinstance(route, Mount):
            found.append(("GET", f"{route.path}/site.css"))
            continue
        assert isinstance(route, Route)
        path = re.sub(r"\{[^}]+\}", "x", route.path)
        found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_BELOW)


def test_kuma_cve_2026_32230_no_route_forgets_to_ask(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        every = routes(world)

        assert len(every) > 20
        for method, path in every:
            answer = await world.browser().ask(method, path, headers={"accept": "*/*"})
            if is_public(path):
                assert answer.status not in {401, 500}, (method, path, answer.text)
            else:
                assert answer.status == 401, (method, path, answer.text)
                assert answer.json == {"error": "sign in first"}

    in_shop(tmp_path, work)


def test_what_is_public_is_this_and_no_more() -> None:
    assert sorted(PUBLIC) == ["/healthz", "/login", "/public"]
    assert PUBLIC_BELOW == ("/beat/", "/static/")


def test_a_path_nobody_thought_of_needs_somebody_too(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        paths = [
            "/nope",
            "//",
            "/Monitors",
            "/static",
            "/beat",
            "/login/x",
            "/public/x",
            "/healthz/",
            "/api",
            "/%2e%2e/metrics",
            "/static/../metrics",
        ]
        return [(await world.browser().ask("GET", path)).status for path in paths]

    found = in_shop(tmp_path, work)

    assert found == [401] * 10 + [404]


def test_a_browser_is_led_to_the_form_and_back(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str | None, str | None, int]:
        browser = world.browser()
        first = await browser.get("/monitors?q=api")
        form = await browser.get(first.header("location") or "")
        said = {"csrf": form.csrf, "name": "ana", "password": "right", "next": re.search(r'name="next" value="([^"]*)"', form.text)[1]}  # type: ignore[index]  # it is there
        answer = await browser.post("/login", said)
        return first.header("location"), answer.header("location"), (await browser.get("/monitors?q=api")).status

    assert in_shop(tmp_path, work) == ("/login?next=%2Fmonitors%3Fq%3Dapi", "/monitors?q=api", 200)


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\nx"])
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert local_path(path) == "/"


def test_a_cookie_is_kept_from_scripts_and_other_sites(tmp_path: Path) -> None:
    async def work(world: World) -> list[str]:
        browser = world.browser()
        answer = await browser.sign_in("ana", "right")
        return [value for name, value in answer.headers if name == "set-cookie"]

    (plain,) = in_shop(tmp_path, work)
    (secure,) = in_shop(tmp_path, work, page=USERS.replace("{users", "{url: 'https://mon.shop.example', users"))

    assert re.fullmatch(r"monctl_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000", plain)
    assert secure.endswith("; Secure")


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong"), ("ana", ""), ("nobody", "right"), ("", ""), ("bo", "right")])
def test_name_and_password_must_fit(name: str, password: str, tmp_path: Path) -> None:
    async def work(world: World) -> tuple[int, str, int]:
        browser = world.browser()
        answer = await browser.sign_in(name, password)
        return answer.status, answer.text, (await browser.ask("GET", "/")).status

    status, text, after = in_shop(tmp_path, work)

    assert (status, after) == (401, 401)
    assert "Name and password do not fit." in text


def test_somebody_who_guesses_is_slowed_down(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[list[int], int, int, int]:
        guesser = world.browser()
        tries = [(await guesser.sign_in("ana", f"guess {number}")).status for number in range(7)]
        elsewhere = (await world.browser(peer="192.0.2.8").sign_in("ana", "right")).status
        even_right = (await guesser.sign_in("ana", "right")).status
        world.clock.move(NOW + 61)
        return tries, elsewhere, even_right, (await guesser.sign_in("ana", "right")).status

    assert in_shop(tmp_path, work) == ([401] * 5 + [429] * 2, 303, 429, 303)


def test_one_address_cannot_try_many_names(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        guesser = world.browser()
        return [(await guesser.sign_in(f"name{number}", "x")).status for number in range(22)]

    assert in_shop(tmp_path, work) == [401] * 20 + [429] * 2


def test_kuma_ghsa_g9v2_wqcj_j99g_a_changed_password_ends_its_sessions(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[list[int], dict[str, object]]:
        ana = await world.signed_in()
        before = (await ana.ask("GET", "/")).status
        world.secrets["env:ANA"] = QUICK.hash("changed")
        after = (await ana.ask("GET", "/")).status
        world.secrets["env:ANA"] = QUICK.hash("right")
        return [before, after, (await ana.ask("GET", "/")).status], await world.site.store.values("session:")

    assert in_shop(tmp_path, work) == ([200, 401, 401], {})


def test_a_user_who_is_taken_away_is_out_after_the_reload(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        ana = await world.signed_in()
        found = [(await ana.ask("GET", "/")).status]
        settings = world.folder / "monctl.yaml"
        settings.write_text(settings.read_text(encoding="utf-8").replace("ana: '${env:ANA}', ", ""), encoding="utf-8")
        await world.runner.reload()
        return [*found, (await ana.ask("GET", "/")).status, (await world.browser().sign_in("ana", "right")).status]

    assert in_shop(tmp_path, work) == [200, 401, 401]


def test_a_session_ends_with_signing_out_and_with_time(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        ana, other = await world.signed_in(), await world.signed_in()
        form = await ana.get("/silences")
        kept = dict(ana.cookies)
        out = await ana.post("/logout", {"csrf": form.csrf})
        ana.cookies = kept
        found = [out.status, (await ana.ask("GET", "/")).status, (await other.ask("GET", "/")).status]
        for day in range(1, 31):  # used each day, and over after thirty all the same
            world.clock.move(NOW + day * 86_400)
            status = (await other.ask("GET", "/")).status
            if status != 200:
                return [*found, day]
        return found

    assert in_shop(tmp_path, work) == [303, 401, 200, 30]


def test_a_session_nobody_uses_ends_after_a_week(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        ana = await world.signed_in()
        world.clock.move(NOW + 6.9 * 86_400)
        first = (await ana.ask("GET", "/")).status
        world.clock.move(NOW + 14 * 86_400)
        return [first, (await ana.ask("GET", "/")).status]

    assert in_shop(tmp_path, work) == [200, 401]


def test_the_store_holds_nothing_to_sign_in_with(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[str, str]:
        ana = await world.signed_in()
        return ana.cookies["monctl_session"], str(await world.site.store.values("session:"))

    token, kept = in_shop(tmp_path, work)

    assert token not in kept
    assert "argon2" not in kept


WRITES = [
    ("/ack", {"key": "shop/api-latency/#1"}),
    ("/unack", {"key": "shop/api-latency/#1"}),
    ("/silence", {"what": "orders", "for": "1h"}),
    ("/silence/end", {"id": "x"}),
    ("/logout", {}),
]


def test_every_write_is_among_those_tried_here(tmp_path: Path) -> None:
    async def work(world: World) -> set[str]:
        return {path for method, path in routes(world) if method != "GET" and not path.startswith("/beat/")}

    assert in_shop(tmp_path, work) == {path for path, _ in WRITES} | {"/login"}


@pytest.mark.parametrize(("path", "form"), WRITES)
def test_a_write_needs_the_token_of_its_own_page(path: str, form: dict[str, str], tmp_path: Path) -> None:
    async def work(world: World) -> tuple[list[int], list[object]]:
        await world.trouble()
        ana, bo = await world.signed_in(), world.browser()
        await bo.sign_in("bo", "also right")
        token, other = (await ana.get("/silences")).csrf, (await bo.get("/silences")).csrf
        tries = [
            await ana.post(path, form),
            await ana.post(path, {**form, "csrf": ""}),
            await ana.post(path, {**form, "csrf": other}),
            await ana.post(path, {**form, "csrf": token}, sec_fetch_site="cross-site"),
            await ana.post(path, {**form, "csrf": token}, origin="https://evil.example"),
            await ana.post(path, {**form, "csrf": token}, origin="null"),
            await ana.ask("POST", path, b'{"csrf": "x"}', {"content-type": "application/json"}),
            await ana.ask("POST", path, b"a=" + b"x" * 70_000, {"content-type": "application/x-www-form-urlencoded"}),
            await world.browser().post(path, {**form, "csrf": token}),
        ]
        return [one.status for one in tries], list(await world.site.store.orders(0))

    assert in_shop(tmp_path, work) == ([403, 403, 403, 403, 403, 403, 415, 413, 401], [])


def test_signing_in_needs_a_token_as_well(tmp_path: Path) -> None:
    async def work(world: World) -> int:
        return (await world.browser().post("/login", {"name": "ana", "password": "right"})).status

    assert in_shop(tmp_path, work) == 403


def test_without_users_this_machine_may_look_and_nobody_may_touch(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        here = world.browser(peer="127.0.0.1", host="localhost:9180")
        page = await here.get("/")
        write = await here.post("/ack", {"key": "x", "csrf": (await here.get("/login")).csrf})
        assert "read only" in page.text
        assert "targets.runner.page.users" in write.text
        others = [
            world.browser(peer="192.0.2.7", host="localhost"),
            world.browser(peer="127.0.0.1", host="evil.example"),  # DNS rebinding: a page elsewhere whose name points here
            world.browser(peer="::ffff:192.0.2.7", host="localhost"),
        ]
        behind = await here.get("/", x_forwarded_for="203.0.113.9")  # a proxy on this machine let somebody through
        return [page.status, write.status, *[(await one.get("/")).status for one in others], behind.status]

    assert in_shop(tmp_path, work, page=NOBODY) == [200, 403, 403, 403, 403, 403]


def test_a_proxy_is_believed_only_from_this_machine(tmp_path: Path) -> None:
    async def work(world: World) -> list[object]:
        proxy, stranger = world.browser(peer="127.0.0.1"), world.browser()
        page = await proxy.get("/silences", x_user="ana")
        form = {"csrf": page.csrf, "what": "orders", "for": "1h"}
        wrote = await proxy.post("/silence", form, x_user="ana")
        other = await proxy.post("/silence", form, x_user="bo")  # the token is ana's
        orders = [(order.by, order.kind) for order in await world.site.store.orders(0)]
        return [page.status, wrote.status, other.status, orders, (await stranger.ask("GET", "/", headers={"x-user": "ana"})).status]

    assert in_shop(tmp_path, work, page="{forwarded_user: X-User}") == [200, 303, 403, [("ana", "silence")], 401]


def test_metrics_are_for_this_machine_and_for_those_who_signed_in(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        here, ana = world.browser(peer="127.0.0.1", host="127.0.0.1:9180"), await world.signed_in()
        passed = await here.ask("GET", "/metrics", headers={"x-forwarded-for": "203.0.113.9"})
        return [
            (await here.ask("GET", "/metrics")).status,
            (await ana.ask("GET", "/metrics")).status,
            passed.status,
            (await here.ask("GET", "/")).status,
        ]

    assert in_shop(tmp_path, work) == [200, 200, 401, 401]


def test_every_answer_says_what_a_browser_may_do_with_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        ana = await world.signed_in()
        for browser in (ana, world.browser()):
            for path in ("/", "/nope", "/login", "/public", "/healthz", "/static/site.css", "/beat/x"):
                answer = await browser.get(path)
                policy = answer.header("content-security-policy") or ""

                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert answer.header("x-frame-options") == "DENY"
                assert answer.header("x-content-type-options") == "nosniff"

    in_shop(tmp_path, work)
