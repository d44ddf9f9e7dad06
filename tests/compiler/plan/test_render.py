"""Plans for people: text and Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from monctl.naming import names_for
from monctl.plan import Action, Cause, Change, Difference, FieldChange, Place, Plan, Problem, assemble
from monctl.render.plan_markdown import marker
from monctl.render.plan_markdown import render as markdown
from monctl.render.plan_text import render as text
from monctl.render.plans import json_text
from monctl.resource import Live
from monctl.target import Fidelity, Fit

CHANGES = (
    Change("dashboard.old", "grafana", "dashboard", "old", "Old board", Action.DELETE, "uid-old", (FieldChange("title", "Old board"),)),
    Change(
        "monitor.db",
        "grafana",
        "rule_group",
        "db",
        "Database",
        Action.UPDATE,
        "uid-db",
        (
            FieldChange("rules[db].for", "5m", "15m"),
            FieldChange("rules[db].query", "SELECT 1\nFROM a\nWHERE x", "SELECT 1\nFROM b\nWHERE x"),
            FieldChange("receivers", ["uid-mail", "uid-sms"], ["uid-mail", {"$ref": "contact_point/slack"}]),
            FieldChange("token", None, {"$secret": "env:TOKEN"}, sensitive=True),
            FieldChange("extra", None, {"a": [1, "b"]}),
        ),
        Place("db.yaml", 12),
        cause=Cause.BOTH,
    ),
    Change(
        "channel.slack",
        "grafana",
        "contact_point",
        "slack",
        "Slack",
        Action.CREATE,
        fields=tuple(FieldChange(f"f{n}", None, n) for n in range(9)),
    ),
    Change(
        "monitor.site",
        "uptimerobot",
        "monitor",
        "site",
        "Site",
        Action.REPLACE,
        "77",
        (FieldChange("type", "HTTP", "PORT"),),
        reason="type cannot be changed in place",
    ),
)
PLAN = assemble(
    [
        Difference(
            "grafana",
            CHANGES[:3],
            412,
            415,
            notes=(Problem("grafana", "", "the dashboard 'X' bears the mark of another", "delete the copy"),),
            names={"uid-sms": "SMS of Ana", "contact_point/slack": "Slack", "uid-mail": "Mail"},
        ),
        Difference("uptimerobot", CHANGES[3:], 1, 2, errors=(Problem("uptimerobot", "monitor.site", "no contact 'x'", "make it", "uptimerobot/monitor/site"),)),
    ],
    estate="tracks-posts",
    environment="production",
    fidelity=[
        Fidelity("monitor.db", "grafana", "alert.critical.for", Fit.DROPPED, "no such thing", "critical"),
        Fidelity("monitor.db", "grafana", "every", Fit.APPROXIMATED, "60 s instead of 45 s"),
    ],
)  # fmt: skip

TEXT = """\
tracks-posts · production

grafana   +1  ~1  -1   (412 unchanged)
  - dashboard Old board
  ~ rule group Database   changed outside, and in the specs   db.yaml:12
      ~ rules[db].for: "5m" → "15m"
      ~ rules[db].query:
      @@ -1,3 +1,3 @@
        SELECT 1
      - FROM a
      + FROM b
        WHERE x
      ~ receivers:
      - SMS of Ana
      + Slack (id known after apply)
      ~ token: secret, changed
      + extra: {a: [1, "b"]}
  + contact point Slack
      + f0: 0
      + f1: 1
      + f2: 2
      + f3: 3
      + f4: 4
      + f5: 5
      … and 3 more lines

uptimerobot   ±1   (1 unchanged)
  ± monitor Site   type cannot be changed in place
      ~ type: "HTTP" → "PORT"

error: monitor.site: no contact 'x'
  = make it
note: grafana: the dashboard 'X' bears the mark of another
  = delete the copy
Fidelity: 1 approximated, 1 dropped; `monctl compile --report` says each
  grafana · monitor.db · alert.critical.for (critical) dropped: no such thing

Plan: 1 to create, 1 to update, 1 to delete, 1 to replace; 413 unchanged. Fingerprint FINGERPRINT.
""".replace("FINGERPRINT", PLAN.fingerprint)


def test_a_plan_reads_from_deletions_to_the_summary() -> None:
    assert text(PLAN) == TEXT


def test_colour_changes_nothing_but_colour() -> None:
    colored = text(PLAN, color=True)

    assert "\x1b[1;31m-\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == TEXT


def test_nothing_to_do_is_said_in_one_line() -> None:
    empty = assemble([Difference("grafana", unchanged=3, owned=3)], estate="e")

    assert text(empty) == "e\n\ngrafana   (3 unchanged)\n\nNo changes. All 3 objects are as the specs say.\n"
    assert "No changes: all 3 objects are as the specs say." in markdown(empty)


def test_what_could_not_be_asked_is_in_every_form_and_never_no_changes() -> None:
    seen = assemble([Difference("grafana", unchanged=1, owned=1)], estate="e")
    partly = replace(seen, unasked={"pagerduty": "no answer"})
    blind = replace(assemble([], estate="e"), unasked={"pagerduty": "no answer"})

    assert text(partly) == (
        "e\n\ngrafana   (1 unchanged)\n\nnot asked: pagerduty\n\nNo changes in what could be asked. The one object is as the specs say.\n"
    )
    assert text(blind) == "e\n\nnot asked: pagerduty\n\nNothing could be asked; nothing is known.\n"
    assert "No changes in what could be asked: the one object is as the specs say." in markdown(partly)
    assert "- :x: `pagerduty` was not asked: `no answer`" in markdown(partly)
    assert "No changes" not in markdown(blind)
    assert json.loads(json_text([partly]))["unasked"] == {"pagerduty": "no answer"}
    assert json.loads(json_text([partly, blind]))["unasked"] == {"e/pagerduty": "no answer"}


def test_a_comment_without_changes_still_tells_its_notes() -> None:
    plan = assemble(
        [Difference("t", unchanged=2, owned=2, notes=(Problem("t", "", "made against a snapshot, 9 days old", ""),))], estate="e"
    )

    assert "made against a snapshot, 9 days old" in markdown(plan)


def test_long_lists_are_folded_and_deletions_never() -> None:
    new = tuple(Change(f"m.{n}", "t", "k", f"n{n:03}", f"N{n}", Action.CREATE) for n in range(100))
    gone = tuple(Change(f"m.{n}", "t", "k", f"g{n:03}", f"G{n}", Action.DELETE, "x") for n in range(100))
    plan = assemble([Difference("t", (*new, *gone), owned=100)], estate="e")

    assert text(plan).count("\n  - k G") == 100
    assert text(plan).count("\n  + k N") == 40
    assert "  … and 60 more; --full shows them\n" in text(plan)
    assert text(plan, full=True).count("\n  + k N") == 100


def nasty(name: str) -> Plan:
    change = Change(
        "monitor.x", "t", "k", "x", name, Action.UPDATE, "1", (FieldChange("a", name, "a\n```\n" + name),), Place(name, 1), reason=name
    )
    return assemble([Difference("t", (change,), owned=1, notes=(Problem("t", name, name, name),))], estate="e")


def test_a_terminal_obeys_nothing_in_a_plan() -> None:
    shown = text(nasty("a\x1b[2Jb\rc\u202ed\x9b1m"))

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)


def test_markdown_obeys_nothing_in_a_plan() -> None:
    attack = "`x` </details><script>alert(1)</script> | @team ``` ```` [a](http://evil) --> # h"
    shown = markdown(nasty(attack))

    outside = re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", shown)
    outside = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", outside)
    for word in ("script", "@team", "evil"):
        assert word not in outside
    assert outside.count("<details>") == outside.count("</details>") == 1


def test_markdown_begins_with_its_marker_and_never_folds_deletions() -> None:
    shown = markdown(PLAN)

    assert shown.startswith("<!-- monctl:plan tracks-posts production -->\n### monctl: `tracks-posts` · `production`\n")
    assert marker(PLAN) in shown
    assert "- `grafana` `dashboard` `Old board`" in shown.split("<details>")[0]
    assert "| `grafana` | 1 | 1 |  | 1 |  | 412 |" in shown
    assert '! rules[db].for: "5m" → "15m"' in shown  # fmt: skip
    assert "hunter" not in shown


def test_markdown_is_cut_by_whole_objects() -> None:
    new = tuple(
        Change(f"m.{n}", "t", "k", f"n{n:03}", f"N{n}", Action.CREATE, fields=(FieldChange("a", None, "x" * 50),)) for n in range(500)
    )
    shown = markdown(assemble([Difference("t", new)], estate="e"), limit=5_000)

    kept = shown.count("\ncreate `k`")
    assert len(shown) <= 5_000
    assert 0 < kept < 500
    assert f"_{500 - kept} more changes are not shown" in shown
    assert shown.count("```diff") * 2 == shown.count("```")


def test_a_number_is_named_where_its_own_key_says_that_it_is_an_id() -> None:
    contacts = FieldChange("contacts", None, [{"contactId": 5200003, "threshold": 5200004}])
    change = Change("m.a", "t", "k", "a", "A", Action.CREATE, None, (contacts,))
    lives = [Live("k", "5200003", "Ana", {}), Live("k", "5200004", "Ben", {})]
    names = names_for((change,), lives, {}, ())

    assert names == {"5200003": "Ana"}
    assert "contacts: [{contactId: Ana, threshold: 5200004}]" in text(assemble([Difference("t", (change,), names=names)], estate="e"))
