"""The account behind the sandbox's Sentry: organisations, projects, teams, members, integrations.

A sandbox convenience, not Sentry's behaviour: what a real organisation would already have comes into being when it is first asked for, so
that any estate can be tried. Names that begin with `missing-`, and addresses at `@missing.example`, are never found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from monctl.resource import Json
from monctl.sandbox.store import Store

Record = dict[str, Json]

SEED = "acme"
"""The organisation that is there from the beginning."""
SLACK, PAGERDUTY = "24817", "9911"
"""Ids of the two integrations every organisation has."""


def missing(name: str) -> bool:
    """Whether a name is one of those that are never found."""
    return name.lstrip("#").startswith("missing-") or name.endswith("@missing.example")


def channel_id(name: str) -> str:
    """The id the sandbox's Slack has for a channel's name."""
    return "C" + hashlib.sha256(name.lstrip("#").encode()).hexdigest()[:10].upper()


class Account:
    """Finds, and where needed makes, what an organisation holds besides detectors and workflows."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def now(self) -> str:
        """The time as Sentry writes it."""
        return self._clock().astimezone(UTC).isoformat().replace("+00:00", "Z")

    def organizations(self) -> list[Record]:
        """All organisations; the first is made by asking."""
        self.organization(SEED)
        return [row["body"] for row in self._store.all("organization")]

    def organization(self, slug: str) -> Record | None:
        """An organisation by slug."""
        return self._find_or_make("organization", slug, slug, self._new_organization)

    def put(self, kind: str, org: str, id: str, body: Record) -> None:
        """Keep an object of an organisation."""
        self._store.put(kind, f"{org}/{id}", {"org": org, "body": body})

    def get(self, kind: str, org: str, id: str) -> Record | None:
        """An object of an organisation, or None."""
        row = self._store.get(kind, f"{org}/{id}")
        return None if row is None else row["body"]

    def delete(self, kind: str, org: str, id: str) -> bool:
        """Forget an object; False when it was not there."""
        return self._store.delete(kind, f"{org}/{id}")

    def all(self, kind: str, org: str) -> list[Record]:
        """Every object of a kind in an organisation, oldest first."""
        return [row["body"] for row in self._store.all(kind) if row["org"] == org]

    def project(self, org: str, ident: str) -> Record | None:
        """A project by slug or id. A new one has its two system detectors, as every project of Sentry."""
        if ident.isdigit():
            return next((row for row in self.all("project", org) if row["id"] == ident), None)
        return self._find_or_make("project", org, ident, lambda slug: self._new_project(org, slug))

    def team(self, org: str, ident: str) -> Record | None:
        """A team by slug or id."""
        if ident.isdigit():
            return next((row for row in self.all("team", org) if row["id"] == ident), None)
        return self._find_or_make("team", org, ident, self._new_team)

    def member(self, org: str, name: str) -> Record | None:
        """A member by e-mail address or user name. `invited-…` has not accepted yet: its `user` is null."""
        email = name if "@" in name else f"{name}@example.com"
        return self._find_or_make("member", org, email.lower(), lambda it: self._new_member(org, it))

    def user(self, org: str, ident: str) -> Record | None:
        """The member with this user id."""
        known = self.get("user", org, ident)
        return None if known is None else self.get("member", org, known["email"])

    def environment(self, org: str, name: str) -> Record | None:
        """An environment by name."""
        return self._find_or_make("environment", org, name, lambda it: {"id": self.next_id("environment", 11), "name": it})

    def integrations(self, org: str, provider: str | None = None) -> list[Record]:
        """The integrations of an organisation, `configData` included."""
        made = (self._integration(org, SLACK, "slack"), self._integration(org, PAGERDUTY, "pagerduty"))
        return [row for row in made if provider in {None, row["provider"]["key"]}]

    def service_rows(self, org: str) -> list[Record]:
        """The PagerDuty services an organisation's integration knows."""
        return self.all("service_row", org)

    def service_row(self, org: str, name: str) -> None:
        """See to it that the PagerDuty integration knows a service of this name."""
        if missing(name) or any(row["service"] == name for row in self.service_rows(org)):
            return
        row = {
            "id": int(self.next_id("service_row", 55)),
            "service": name,
            "integration_key": hashlib.sha256(name.encode()).hexdigest()[:32],
        }
        self.put("service_row", org, str(row["id"]), row)

    def _find_or_make(self, kind: str, org: str, name: str, make: Callable[[str], Record]) -> Record | None:
        found = self.get(kind, org, name)
        if found is None and not missing(name):
            found = make(name)
            self.put(kind, org, name, found)
        return found

    def next_id(self, kind: str, start: int) -> str:
        """The next id of a kind, as text, as everywhere in Sentry's answers."""
        return str(self._store.next(kind, start))

    def _new_organization(self, slug: str) -> Record:
        return {
            "id": self.next_id("organization", 1),
            "slug": slug,
            "name": slug,
            "status": {"id": "active", "name": "active"},
            "dateCreated": self.now(),
            "isEarlyAdopter": False,
            "require2FA": False,
            "avatar": {"avatarType": "letter_avatar", "avatarUuid": None, "avatarUrl": None},
            "links": {"organizationUrl": f"https://{slug}.sentry.io", "regionUrl": "https://us.sentry.io"},
            "hasAuthProvider": False,
            "allowMemberInvite": True,
            "allowMemberProjectCreation": True,
            "allowSuperuserAccess": False,
        }

    def _new_project(self, org: str, slug: str) -> Record:
        made = {"id": self.next_id("project", 4505100000000001), "slug": slug, "name": slug, "platform": "other", "dateCreated": self.now()}
        for type, name in (("error", "Error Monitor"), ("issue_stream", "Issue Stream")):
            id = self.next_id("detector", 1213798)
            self.put("detector", org, id, self._system_detector(id, made["id"], type, name))
        return made

    def _system_detector(self, id: str, project: str, type: str, name: str) -> Record:
        return {
            "id": id,
            "projectId": project,
            "name": name,
            "type": type,
            "description": None,
            "enabled": True,
            "owner": None,
            "createdBy": None,
            "dateCreated": self.now(),
            "dateUpdated": self.now(),
            "dataSources": None,
            "conditionGroup": None,
            "config": {},
            "latestGroup": None,
        }

    def _new_team(self, slug: str) -> Record:
        return {
            "id": self.next_id("team", 456789),
            "slug": slug,
            "name": slug,
            "dateCreated": self.now(),
            "isMember": True,
            "teamRole": None,
            "flags": {"idp:provisioned": False},
            "access": ["org:read", "project:read", "team:read"],
            "hasAccess": True,
            "isPending": False,
            "memberCount": 1,
            "avatar": {"avatarType": "letter_avatar", "avatarUuid": None, "avatarUrl": None},
        }

    def _new_member(self, org: str, email: str) -> Record:
        id = self.next_id("member", 7001)
        invited = email.startswith("invited-")
        return {
            "id": id,
            "email": email,
            "name": email.partition("@")[0],
            "user": None if invited else self._user(org, email),
            "orgRole": "member",
            "pending": invited,
            "expired": False,
            "flags": dict.fromkeys(
                (
                    "idp:provisioned",
                    "idp:role-restricted",
                    "sso:linked",
                    "sso:invalid",
                    "member-limit:restricted",
                    "partnership:restricted",
                ),
                False,
            ),
            "dateCreated": self.now(),
            "inviteStatus": "approved",
            "inviterName": None,
        }

    def _user(self, org: str, email: str) -> Record:
        id = self.next_id("user", 2001)  # not the member's id: only `user.id` can be told
        self.put("user", org, id, {"email": email})
        return {
            "id": id,
            "name": email.partition("@")[0],
            "username": email.removesuffix("@example.com"),
            "email": email,
            "avatarUrl": "",
            "isActive": True,
            "isSuspended": False,
            "hasPasswordAuth": True,
            "isManaged": False,
            "dateJoined": self.now(),
            "lastLogin": None,
            "has2fa": True,
            "lastActive": None,
            "isSuperuser": False,
            "isStaff": False,
            "experiments": {},
            "emails": [{"id": id, "email": email, "is_verified": True}],
        }

    def _integration(self, org: str, id: str, provider: str) -> Record:
        slack = provider == "slack"
        return {
            "id": id,
            "name": "Sandbox" if slack else "sandbox",
            "icon": None,
            "domainName": "sandbox.slack.com" if slack else "sandbox.pagerduty.com",
            "accountType": None,
            "scopes": None,
            "outOfDate": None,
            "status": "active",
            "provider": {"key": provider, "slug": provider, "name": "Slack" if slack else "PagerDuty"},
            "configOrganization": [],
            "configData": {} if slack else {"service_table": self.service_rows(org)},
            "externalId": f"sandbox-{provider}",
            "organizationId": int((self.organization(org) or {"id": 0})["id"]),
            "organizationIntegrationStatus": "active",
            "gracePeriodEnd": None,
        }


KINDS = frozenset({"organization", "project", "team", "member", "environment", "detector", "workflow"})
"""What the sandbox's page lists."""
