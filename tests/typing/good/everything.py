"""A spec that uses the language as people do."""

# ruff: noqa: DTZ001  # times in a spec are local, in the time_zone of their object

from datetime import date, datetime, time, timedelta

from monctl import (
    Calendar,
    Channel,
    Dashboard,
    Datasource,
    Escalation,
    Maintenance,
    Metric,
    Monitor,
    Person,
    Rotation,
    Route,
    Runbook,
    Service,
    Severity,
    Slo,
    Team,
    all_of,
    between,
    command,
    compare,
    env,
    expr,
    http,
    moved,
    sentry,
    sql,
    state,
    tcp,
    trend,
    var,
)

ana = Person("ana", email="ana@shop.example", time_zone="Europe/Berlin")
web = Team("web", members=[ana, "ben"], lead=ana)
rotation = Rotation(
    "oncall",
    team=web,
    start=datetime(2027, 1, 4, 9),
    shift=timedelta(weeks=1),
    layers={"primary": [ana], "backup": {"members": [ana], "shift": "1d"}},
    restrictions=[{"days": "weekdays", "start": time(9), "end": "17:00"}],
)
page = Escalation("page", levels=[{"after": "0m", "notify": [str(rotation), "oncall.backup"]}], repeat=2)
chat = Channel("chat", slack={"channel": "#chat", "webhook": env("CHAT")}, rate="10/h")
pager = Channel("pager", pagerduty="Shop")
office = Calendar("office", hours=[{"days": "mon-fri"}], holidays=[date(2027, 1, 1), "2027-12-25"])
Severity("critical", notify=[chat, "pager"], escalation=page, urgency="high", pages=True)
Route("nights", match={"severity": "critical", "labels": {"tier": 1}}, during=office, outside="hold", notify=[chat])
db = Datasource("db", type="postgresql", dsn=env("DB"), lag=timedelta(minutes=5))
shop = Service("shop", team=web, tier=1, depends_on=["db"], promise={"detect": "5m"})
orders = Metric("orders", sql(str(db), "SELECT 1", values={"open": "orders", "late": {"unit": "orders", "goal": "== 0"}}), every="5m")
Metric("rate", expr("a / b", a="orders.open", b="orders.late"), unit="ratio")
Monitor(
    "late", metric="orders.late", service=shop, alert={"critical": {"when": [compare(">", 5, for_="5m"), trend("increasing", for_="15m")]}}
)
Monitor("range", metric=orders, alert={"critical": [between(1, 2)], "warning": state("no data", for_="10m")})
Monitor(
    "site",
    http("https://shop.example", status=["2xx", 404], json=[{"path": "$.ok", "op": "==", "target": True}]),
    every=timedelta(minutes=1),
)
Monitor("port", tcp("shop.example", var("port")), every=var("every"), alert={"critical": "down for 2m"}, on="runner", notify=None)
Monitor("disk", command("df", "-h", environ={"LANG": "C"}), labels={"host": 5})
Monitor("both", all_of("site", {"metric": "orders.open", "holds": "< 5"}))
Monitor("errors", sentry("errors", "p95", tags={"browser": None}))
Slo("uptime", objective="99.9%", window="30d", monitor="site", alerts=[{"severity": "critical", "rate": 14.4, "long": "1h", "short": "5m"}])
Runbook("late", steps=["Look.", "Call."], sections={"Why": "Because."})
Dashboard("shop", rows=[{"title": "Orders", "panels": [{"title": "Open", "metric": "orders.open", "width": 12, "look": "stat"}]}])
Maintenance("quiet", monitors=["site*"], start=datetime(2027, 1, 1, 2), end="2027-01-01T04:00")
moved("monitor.old", "monitor.site")
