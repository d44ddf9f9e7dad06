import pytest

from monctl.clear_text import WORDS, find_secret, find_secrets, looks_secret, may_hold, to_hide
from monctl.source_map import SourceMap

SLACK = "https://hooks.slack.com/services/"
HEX = "9f3c1a7be2d84056a1c97d30be5f4412"
UUID = "3d7a1c2e-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SLACK + "T02ABCDEF/B03GHIJKL/" + "a8Kd93jfLqPz71xWvTnB4mYc", "a Slack webhook"),
        ("xoxb-" + "293847561023-2938475610231-AbCdEfGhIjKlMnOp", "a Slack token"),
        ("sntryi_" + HEX * 2, "a Sentry token"),
        ("sntrys_" + "eyJpYXQiOjE3MDAwMDAwMDAuMCwidXJsIjoi", "a Sentry token"),
        ("glsa_" + "HOruNAb7SOiCdshU8algkrq7FDsNSLAa_55e2f8be", "a Grafana token"),
        ("ur482913-" + HEX[:24], "an UptimeRobot key"),
        ("AKIA" + "QX7ZL2MNB4VCW5TR", "an AWS access key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN " + "PRIVATE KEY-----", "a private key"),
        ("ghp_" + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2", "a GitHub token"),
        ("postgres://app:" + "Vq9$kd72@db.corp.internal/app", "a URL with a password"),
        ("redis://:" + "Vq9kd72@10.0.0.5:6379", "a URL with a password"),
        ("pdus+" + "_0XBPWQQ_3d7a1c2e-1111-4222", "a PagerDuty token"),
        ("SK" + HEX, "a Twilio key"),
        ("AIza" + "SyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v", "a Google API key"),
        ("sk-proj-" + "Ab3" * 16 + "T3BlbkFJ" + "Cd4" * 16, "an API key of a language model"),
        ("sk-ant-" + "api03-" + "Ab3_" * 20, "an API key of a language model"),
        ("npm_" + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1", "a token of a package registry"),
        ("dop_v1_" + HEX * 2, "a DigitalOcean token"),
        ("cfut_" + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1aBcD12345678", "a Cloudflare token"),
        ("hvs." + "CAESI" * 20, "a token of a secret store"),
        ("dp.pt." + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1aBcD123", "a token of a secret store"),
        ("NRAK-" + "AB3DE5GH7JK9MN1PQ3ST5VX7ZA9", "a key of a monitoring service"),
        ("dapi" + HEX, "a Databricks token"),
        ("HRKU-AA" + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1aBcDa8Kd93jfLqPz71xWvT", "a Heroku key"),
        ("ATATT3" + "xFfGF0" * 20, "an Atlassian token"),
        ("1987654321:AAE" + "f3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gH3", "a Telegram token"),
        (
            f"https://acme.webhook.office.com/webhookb2/{UUID}@{UUID}/IncomingWebhook/{HEX}/{UUID}",
            "a Microsoft Teams webhook",
        ),
        ("glpat-" + "a8Kd93jfLqPz71xWvTnB", "a GitLab token"),
        ("sk_live_" + "a8Kd93jfLqPz71xWvTnB", "a Stripe key"),
        ("SG." + "a8Kd93jfLqPz71xWvTnB4m.YcR5sU0eHg2Zq1aBcDYcR5sU0eHg2Zq1aBcD1234567", "a SendGrid key"),
        ("https://discord.com/api/webhooks/" + "123400567890/a8Kd93jfLqPz71xWvTnB4mYcR5", "a Discord webhook"),
        ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXNpZw", "a signed token (JWT)"),
    ],
)
def test_secrets_in_clear_are_recognised_inside_a_text(text: str, what: str) -> None:
    found = find_secret(f"webhook: {text}")

    assert found is not None
    assert (found.what, found.start) == (what, 9)
    assert what in {kind.what for kind in may_hold(f"webhook: {text}")}
    assert text.startswith(f"webhook: {text}"[found.start : found.end])


@pytest.mark.parametrize(
    "text",
    [
        SLACK + "YOUR/CRITICAL/WEBHOOK",
        SLACK + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "${env:SLACK_WEBHOOK}",
        "postgres://app:${env:DB_PASSWORD}@db/app",
        "postgres://postgres:postgres@localhost:5432/app",
        "postgres://user:your-password@db.example.com/app",
        "https://9f3c1a7be2d84056a1c97d30be5f4412@o4501.ingest.sentry.io/7",
        "https://not-a-label.art/api/health",
        "xoxb-your-token-here-please-change",
        "SELECT * FROM posts WHERE token IS NULL",
        "error at https://a.b/c:d and mail to x@y.z",
        "AKIAIOSFODNN7EXAMPLE",
        "",
    ],
)
def test_placeholders_and_references_are_no_secrets(text: str) -> None:
    assert looks_secret(text, field="url") is None


@pytest.mark.parametrize("field", ["integration_key", "routing-key", "api_key", "auth_token", "password", "client_secret"])
def test_a_key_is_recognised_by_the_field_it_stands_in(field: str) -> None:
    assert looks_secret(HEX, field=field) == "a key or token"
    assert looks_secret(HEX, field="fingerprint") is None
    assert looks_secret(HEX) is None


@pytest.mark.parametrize(
    "text", ["slack-critical", "a-channel-with-a-long-name", "${env:PAGERDUTY_KEY_1234567890}", "xxxxxxxxxxxxxxxxxxxxxxxx1"]
)
def test_names_in_such_a_field_are_no_secrets(text: str) -> None:
    assert looks_secret(text, field="token") is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("headers: {Authorization: 'Bearer 9fQ2xL7vB4mK8sT1wZ6nR3cY5hJ0pD'}", "a key or token"),
        ("headers: {Authorization: Basic ZGVwbG95OlMzY3JldFBhc3N3MHJk}", "a key or token"),
        ("https://api.corp.test/s?sig=9fQ2xL7vB4mK8sT1wZ6nR3cY5hJ0pD&page=1", "a key or token"),
        ("DB_PASSWORD: Tr0ub4dor&3xyz", "a password"),
        ("check --password=hunter2hunter2", "a password"),
        (f"pagerduty: {HEX}", "a long random value"),
        ("token_of_it = 'a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1aBcD'", "a long random value"),
        ('"clientSecret2": "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2Zq1aBcD"', "a long random value"),
        (f"api-key.old => '{HEX}'", "a long random value"),
    ],
)
def test_secrets_are_found_in_the_text_of_a_file(text: str, what: str) -> None:
    found = find_secrets(f"# 1\n{text}\n# 2\n")

    assert [one.what for one in found] == [what]
    assert find_secrets(f"{text}\n{text}")[1].what == what
    assert find_secrets(text, kinds=may_hold(text), words=[word for word in WORDS if word in text.lower()]) == find_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "commit: 4f9c2b7d81e6a03f5b2c9d8e7a6f1b40a1b2c3d4",
        "sha256: 9f3c1a7be2d84056a1c97d30be5f44129f3c1a7be2d84056a1c97d30be5f4412",
        "uid: 3d7a1c2e-1111-4222-8333-444455556666",
        "password: required",
        "password: ${env:DB_PASSWORD}",
        "password: your-password-1",
        "headers: {Authorization: 'Bearer YOUR_TOKEN_GOES_HERE_1'}",
        "monitor: checkout-payment-provider-response-time-p95-2026",
        "AVeryLongCamelCaseNameOfSomethingV2ThatIsNoSecret",
        "url: https://hc-ping.com/3d7a1c2e-1111-4222-8333-444455556666",
        "key: the-key-of-the-front-door-2",
        f"pd: {HEX}",
        f"uid: {HEX}",
        f"key: {HEX}",
        f"cache_key: {HEX}",
        f"secret_name: {HEX}",
        f"token_address: '{HEX}'",
        f"- {HEX}",
        f"WHERE digest IN ('{HEX}', '{HEX[::-1]}') AND token IS NOT NULL",
        "address = 'Ae2tdPwUPEZKQuZh2UndEoTKEakMYHGNjJVYmNZgJk2qqgHouxDsA5oT83n'",
        "public_key: MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE",
        "integrity: sha512-k2jv4Gm8QqWwq1ZxJ9aQ3v7bYy0cD5eF6gH7iJ8kL9mN0oP1qR2sT3uV4wX5yZ6aB7cD8eF9gH0iJ1kL2mN3oA==",
        "image: data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
        "mongodb://USER_HERE:PASSWORD_HERE@db:27017",
    ],
)
def test_names_digests_and_placeholders_in_a_file_are_no_secrets(text: str) -> None:
    assert find_secrets(f"{text}\n") == []


def test_what_is_found_in_a_file_is_never_quoted() -> None:
    assert [one.what for one in to_hide(f"pd: {HEX[::-1]}")] == ["a long random value"]

    file = SourceMap({"a.yaml": f"token: {HEX}\npd: {HEX[::-1]}\nurl: x\n"})

    assert file.quoted("a.yaml") == f"token: {'*' * 32}\npd: {'*' * 32}\nurl: x\n"
