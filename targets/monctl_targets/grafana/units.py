"""Units of the program as Grafana's unit ids. Source: npm @grafana/data 13.2.3, valueFormats/categories.ts (read 2026-11-20)."""

from __future__ import annotations

from monctl.unit import Unit

_TIME = {"us": "µs", "ms": "ms", "s": "s", "min": "m", "h": "h", "d": "d", "w": "suffix: weeks"}
_SIZE = {
    "B": "bytes", "KB": "deckbytes", "MB": "decmbytes", "GB": "decgbytes", "TB": "dectbytes", "PB": "decpbytes",
    "KiB": "kbytes", "MiB": "mbytes", "GiB": "gbytes", "TiB": "tbytes", "PiB": "pbytes",
}  # fmt: skip
_RATE = {
    "B/s": "binBps", "bytes/s": "binBps", "KB/s": "KBs", "MB/s": "MBs", "GB/s": "GBs", "KiB/s": "KiBs", "MiB/s": "MiBs", "GiB/s": "GiBs",
    "requests/s": "reqps", "req/s": "reqps", "requests/min": "reqpm", "req/min": "reqpm", "ops/s": "ops", "ops/min": "opm",
    "reads/s": "rps", "writes/s": "wps", "/s": "cps", "/min": "cpm",
}  # fmt: skip
_MONEY = frozenset(
    {
        "USD",
        "GBP",
        "EUR",
        "JPY",
        "RUB",
        "UAH",
        "BRL",
        "DKK",
        "ISK",
        "NOK",
        "SEK",
        "CZK",
        "CHF",
        "PLN",
        "BTC",
        "ZAR",
        "INR",
        "KRW",
        "IDR",
        "PHP",
        "VND",
    }
)
_RATIOS = {"percent": "percent", "ratio": "percentunit"}


def unit_id(unit: Unit | None) -> str:
    """The id Grafana formats numbers of this unit by; counted things get their noun, what is no unit stays a plain number."""
    if unit is None:
        return "short"
    match unit.dimension:
        case "time":
            return _TIME[unit.name]
        case "size":
            return _SIZE[unit.name]
        case "ratio":
            return _RATIOS[unit.name]
        case "rate":
            return _RATE.get(unit.name, f"suffix: {unit.name.removeprefix('/') if unit.name.startswith('/') else unit.name}")
        case "money":
            return f"currency{unit.name}" if unit.name in _MONEY else f"suffix: {unit.name}"
        case "count":
            return f"count:{unit.noun or unit.name}"
        case _:
            return "none"


def plain(number: float) -> float:
    """The number without the crumbs of arithmetic; whole ones as integers, so that files read well."""
    tidy = round(number, 9)
    return int(tidy) if float(tidy).is_integer() else tidy


def top(unit: Unit | None) -> float | None:
    """The most a number of this unit can be: 100 percent, a ratio of 1; None where there is no most."""
    if unit is None or unit.dimension != "ratio":
        return None
    return 100 if unit.name == "percent" else 1


def unit_of(id: str) -> str | None:
    """The unit of the spec that a panel's unit id stands for; None where there is none, or several would do."""
    return _WORDS.get(id)


_WORDS = {id: name for table in (_TIME, _SIZE, _RATIOS) for name, id in table.items() if not id.startswith("suffix")} | {
    f"currency{name}": name for name in _MONEY
}
