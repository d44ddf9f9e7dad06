import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.quantity import Duration
from monctl.threshold import Comparison, Condition, Range, State, Term, ThresholdError, Trend, parse
from monctl.threshold_ast import DIRECTIONS, LASTING, MOMENTS, OPERATORS, RESERVED
from monctl.unit import MILLISECONDS, PERCENT, Quantity, Unit

MINUTE = Duration(60_000)


@pytest.mark.parametrize(
    ("sentence", "terms"),
    [
        ("> 0", (Comparison(None, ">", Quantity(0.0)),)),
        (
            "> 10 or increasing for 15m",
            (Comparison(None, ">", Quantity(10.0)), Trend(None, "increasing", Duration(900_000))),
        ),
        ("response_time > 200ms for 1m", (Comparison("response_time", ">", Quantity(200.0, MILLISECONDS), None, MINUTE),)),
        ("> 200 ms", (Comparison(None, ">", Quantity(200.0, MILLISECONDS)),)),
        (">80%FOR 1m", (Comparison(None, ">", Quantity(80.0, PERCENT), None, MINUTE),)),
        ("p95>=1.5s OR Error", (Comparison("p95", ">=", Quantity(1500.0, MILLISECONDS)), State("error"))),
        ("> 10 in 1m for 1m", (Comparison(None, ">", Quantity(10.0), MINUTE, MINUTE),)),
        ("> 1h 30 m", (Comparison(None, ">", Quantity(5_400_000.0, MILLISECONDS)),)),
        ("cpu>-5", (Comparison("cpu", ">", Quantity(-5.0)),)),
        ("> 5 errors/min", (Comparison(None, ">", Quantity(5.0, Unit.parse("errors/min"))),)),
        ("> 5 /min", (Comparison(None, ">", Quantity(5.0, Unit.parse("/min"))),)),
        ("> 10 posts or any", (Comparison(None, ">", Quantity(10.0, Unit.parse("posts"))), State("any"))),
        ("between 10 and 20 for 1m", (Range(None, True, Quantity(10.0), Quantity(20.0), MINUTE),)),
        ("lag outside 1s and 2s", (Range("lag", False, Quantity(1000.0, MILLISECONDS), Quantity(2000.0, MILLISECONDS)),)),
        ("orphaned-posts unchanged for 1m", (Trend("orphaned-posts", "unchanged", MINUTE),)),
        ("No  Data for 1m", (State("no data", MINUTE),)),
        ("first seen or regression", (State("first seen"), State("regression"))),
        ("down for 0s", (State("down"),)),
        ("down > 5", (Comparison("down", ">", Quantity(5.0)),)),
    ],
)
def test_sentences_are_read(sentence: str, terms: tuple[Term, ...]) -> None:
    assert parse(sentence) == Condition(terms)


@pytest.mark.parametrize(
    ("sentence", "canonical"),
    [
        (">10 OR increasing for 900s", "> 10 or increasing for 15m"),
        ("response_time  > 0.2 s in 600s for 5m", "response_time > 200ms in 10m for 5m"),
        ("BETWEEN 1 and 2.50", "between 1 and 2.5"),
        ("> 1024 B", "> 1KiB"),
        ("> 5 percent", "> 5%"),
    ],
)
def test_a_condition_prints_one_form(sentence: str, canonical: str) -> None:
    assert str(parse(sentence)) == canonical


def test_for_belongs_to_its_own_term() -> None:
    first, second = parse("> 10 or increasing for 15m").terms

    assert (first.hold, second.hold) == (Duration(0), Duration(900_000))


def test_terms_and_quantities_know_their_place() -> None:
    sentence = "> 10 or response_time > 200 ms for 5m"
    second = parse(sentence).terms[1]

    assert isinstance(second, Comparison)
    assert sentence[second.start : second.end] == "response_time > 200 ms for 5m"
    assert sentence[second.quantity.start : second.quantity.end] == "200 ms"


@pytest.mark.parametrize(
    ("sentence", "message", "marked", "way_out"),
    [
        ("", "the threshold is empty", "", "write a condition such as '> 10', '> 200ms for 5m', 'down for 2m' or 'no data'"),
        ("increased for 15m", "'increased' is not a condition", "increased", "did you mean 'increasing'?"),
        ("> 10 or increasing", "'increasing' needs to know for how long", "increasing", "write 'increasing for 15m'"),
        ("increasing for 0s", "a trend needs time to show", "increasing for 0s", "write 'increasing for 15m'"),
        ("stalled", "'stalled' is not a condition", "stalled", "write 'unchanged for 15m'"),
        ("nodata", "'nodata' is not a condition", "nodata", "did you mean 'no data'?"),
        ("dwon for 2m", "'dwon' is not a condition", "dwon", "did you mean 'down'?"),
        ("=> 5", "'=>' is not a comparison", "=>", "write '>='"),
        ("> 5 fo 5m", "'fo' does not belong here", "fo", "did you mean 'for'?"),
        ("down fro 5m", "'fro' does not belong here", "fro", "did you mean 'for'?"),
        ("> 5 for at least 10m", "'at' is not a duration", "at", "write 'for 10m'"),
        ("status is not 200", "'is' is not a comparison", "is", "write 'status != …'"),
        ("down for 2m,", "',' does not belong here", ",", "remove it"),
        ("95 %", "'95' has no comparison before it", "95", "write '> 95%'"),
        ("more than 95%", "'more' is not a condition", "more", "write '> 95%'"),
        ("“> 5”", "'“' is a quote of typesetting, and no quote to YAML", "“", 'write straight quotes: "> 5"'),
        ("= 5", "'=' is not a comparison", "=", "write '=='"),
        ("~ 5", "'~' is not a comparison", "~", "write one of > >= < <= == !="),
        ("above 5", "'above' is not a condition", "above", "write '> 5'"),
        ("response_time above 5", "'above' is not a comparison", "above", "write 'response_time > …'"),
        ("response_time 200ms", "a comparison is missing after 'response_time'", "response_time 200ms", "write 'response_time > 200ms'"),
        ("error rate > 5%", "'error rate' is two words", "error rate", "the name of a value is one word, such as 'error_rate'"),
        ("page load > 5s", "'page load' is two words", "page load", "the name of a value is one word, such as 'page_load'"),
        ("a/b > 5", "'a/b' is not the name of a value", "a/b", "names hold letters, digits, '_', '-' and '.'"),
        ("any error", "'error' does not belong here", "error", "join conditions with 'or': 'any or error'"),
        (
            "> 10 and increasing for 5m",
            "a threshold joins conditions with 'or', never 'and'",
            "and",
            "write two monitors and join them in a third with `all_of`",
        ),
        ("> 10 || < 3", "'||' does not belong here", "||", "did you mean 'or'?"),
        ("> 10 or 20", "'20' has no comparison before it", "20", "write '> 20'"),
        ("> 10 < 20", "'<' follows a condition that is already complete", "<", "write '> 10 or < …'"),
        ("> 10 within 5m", "'within' does not belong here", "within", "did you mean 'in'?"),
        ("> 10 for 5", "'5' has no unit", "5", "write 5s or 5m"),
        ("> 10 for 5 minutes", "'5 minutes' is not how a duration is written", "5 minutes", "write 5m"),
        ("> 10 for", "a duration is missing after 'for'", "for", "write 'for 5m'"),
        ("> 10 for 5m for 6m", "'for' is said twice", "for", "write one 'for' in each condition"),
        ("> 10 for 5m in 10m", "'in' stands before 'for'", "in", "write '> 10 in 10m for 5m'"),
        ("> 10 in 0m", "a window cannot be empty", "in 0m", "write how long, such as 'in 10m'"),
        (
            "down in 5m",
            "'in' belongs to a comparison such as '> 10 in 10m', not to 'down'",
            "in",
            "write 'for' to say how long it must last",
        ),
        ("any for 5m", "'any' is told at once and takes no 'for'", "for", "write 'any' alone"),
        ("between 5 or 6", "'between' takes two bounds joined by 'and'", "or", "write 'between 5 and …'"),
        ("between 20 and 10", "the lower bound '20' is not below '10'", "20 and 10", "write 'between 10 and 20'"),
        ("outside 5 and 5", "the bounds '5' and '5' are equal", "5 and 5", "write '!= 5'"),
        ("between 1 and 2ms", "'1' has no unit, but '2ms' has", "1 and 2ms", "write the unit on both bounds, or on none"),
        ("between 1s and 2%", "'1s' and '2%' are not of one kind", "1s and 2%", "write both bounds in the same unit"),
        ("> 5,000", "'5,000' is not a number", "5,000", "write 5000"),
        ("> 1e400", "'1e400' is larger than any measurement", "1e400", "write a number up to 1e18"),
        ("> nan", "'nan' is not a number that can be measured", "nan", "write a finite number"),
        ("> -5ms", "'-5ms' is negative", "-5ms", "write a duration such as 5m"),
        ("> $5", "'$5' is not how an amount is written", "$5", "write 5 USD"),
        ("> ten", "'ten' is not a number", "ten", "write a number with its unit, such as 200ms, 80% or 10"),
        ("== ", "a number is missing after '=='", "==", "write a number with its unit, such as 200ms, 80% or 10"),
        ("> 5M", "'M' is not how a unit of data is written", "M", "write MB"),
        ("> 5, for 1m", "',' does not belong here", ",", "join conditions with 'or', and say how long with 'for 5m'"),
        ("down for 1 month", "'month' is not a unit of time", "month", "write 30d"),
    ],
)
def test_a_slip_is_told_with_its_place_and_the_way_out(sentence: str, message: str, marked: str, way_out: str) -> None:
    with pytest.raises(ThresholdError) as caught:
        parse(sentence)

    fault = caught.value
    assert (fault.message, sentence[fault.start : fault.end], fault.help) == (message, marked, way_out)


def refusal(sentence: str) -> ThresholdError | None:
    try:
        parse(sentence)
    except ThresholdError as fault:
        return fault
    return None


WORDS = [
    "> ",
    "<=",
    "10",
    "200ms",
    "80%",
    "for",
    "in",
    "or",
    "and",
    "5m",
    "increasing",
    "down",
    "no",
    "data",
    "between",
    "first",
    "seen",
    "x",
    ",",
    "é",
    "-1",
    "/min",
    "5 m",
]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)))
def test_any_sentence_is_read_or_refused_with_a_place_inside_it(sentence: str) -> None:
    fault = refusal(sentence)

    if fault is None:
        condition = parse(sentence)
        assert parse(str(condition)) == condition
        assert condition.text == sentence
    else:
        assert 0 <= fault.start <= fault.end <= len(sentence)
        assert fault.message
        assert fault.help


durations = st.integers(0, 10**9).map(Duration)
spans = st.integers(1, 10**9).map(Duration)
plain = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: value + 0.0)
quantities = st.one_of(
    plain.map(Quantity),
    st.integers(0, 10**9).map(lambda ms: Quantity(float(ms), MILLISECONDS)),
    st.integers(0, 2**40).map(lambda size: Quantity(float(size), Unit.parse("bytes"))),
    st.builds(Quantity, plain, st.sampled_from([Unit.parse(name) for name in ("percent", "ratio", "posts", "USD", "score")])),
    st.builds(Quantity, st.floats(0, 1e12), st.sampled_from([Unit.parse(name) for name in ("errors/min", "/s", "MB/s")])),
)
values = st.one_of(
    st.none(), st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}([.-][a-z0-9]+)?", fullmatch=True).filter(lambda v: v.lower() not in RESERVED)
)


def ordered(first: float, second: float) -> tuple[Quantity, Quantity]:
    low, high = sorted((first, second))
    return Quantity(low), Quantity(high)


bounds = st.lists(plain, min_size=2, max_size=2, unique=True).map(lambda pair: ordered(*pair))
terms = st.one_of(
    st.builds(Comparison, values, st.sampled_from(OPERATORS), quantities, st.one_of(st.none(), spans), durations),
    st.builds(lambda value, inside, pair, hold: Range(value, inside, pair[0], pair[1], hold), values, st.booleans(), bounds, durations),
    st.builds(Trend, values, st.sampled_from(DIRECTIONS), spans),
    st.builds(State, st.sampled_from(LASTING), durations),
    st.builds(State, st.sampled_from(MOMENTS)),
)


@given(st.lists(terms, min_size=1, max_size=4))
def test_a_printed_condition_reads_back(listed: list[Term]) -> None:
    condition = Condition(tuple(listed))

    assert parse(str(condition)) == condition
