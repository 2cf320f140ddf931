"""What is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..base import AsOf, ContactPointId, CustomerId, Id
from ..privacy import (
    AccessPackage,
    ConsentEvent,
    ContactAnswer,
    ContactDecision,
    ContactQuestion,
    Purpose,
    SuppressionReason,
)
from ._handle import Handle, Reads, reads

_SEQUENCE_PURPOSE: Reads[Sequence[Purpose]] = reads(Sequence[Purpose])
_LIST_ID: Reads[list[Id]] = reads(list[Id])
_ID: Reads[Id] = reads(Id)
_CONTACTDECISION: Reads[ContactDecision] = reads(ContactDecision)
_LIST_CONTACTANSWER: Reads[list[ContactAnswer]] = reads(list[ContactAnswer])
_ACCESSPACKAGE: Reads[AccessPackage] = reads(AccessPackage)


class Privacy(Handle):
    """What is allowed."""

    __slots__ = ()

    def define(self, purpose: Purpose) -> None:
        """Defines a purpose, or a new version of one. One that has not changed is left as it is."""
        self._do("privacy.define", purpose=purpose)

    def policy(self) -> Sequence[Purpose]:
        """The defined purposes."""
        return self._ask("privacy.policy", _SEQUENCE_PURPOSE)

    def record(self, events: Sequence[ConsentEvent]) -> list[Id]:
        """Records what people have said, all or nothing, and gives the ids of the facts.

        Raises
        ------
        CrmError
            See `record_consent`.
        """
        return self._ask("privacy.record", _LIST_ID, events=events)

    def withdraw(self, customer: CustomerId) -> Id:
        """Takes back every permission of a customer, from now on."""
        return self._ask("privacy.withdraw", _ID, customer=customer)

    def evaluate(self, question: ContactQuestion, as_of: AsOf | None = None) -> ContactDecision:
        """Whether a contact is allowed, why, and which fact decides."""
        return self._ask("privacy.evaluate", _CONTACTDECISION, question=question, as_of=self._as_of(as_of))

    def explain(self, customer: CustomerId, as_of: AsOf | None = None) -> list[ContactAnswer]:
        """The answer to every question that can be asked about a customer."""
        return self._ask("privacy.explain", _LIST_CONTACTANSWER, customer=customer, as_of=self._as_of(as_of))

    def suppress(self, point: ContactPointId, reason: SuppressionReason, at: datetime) -> None:
        """Bars the address of a contact point, whoever it belongs to.

        Raises
        ------
        CrmError
            `Denied` when the engine was built without an address key.
        """
        self._do("privacy.suppress", point=point, reason=reason, at=at)

    def export(self, customer: CustomerId) -> AccessPackage:
        """Everything that is stored about a customer, each field with its class, origin and purposes."""
        return self._ask("privacy.export", _ACCESSPACKAGE, customer=customer)

    def erase(self, customer: CustomerId) -> None:
        """Erases a customer: everything about the person goes, and nothing about them is ever written again.

        The addresses are barred, if the engine has an address key, so that the next import of the same list
        contacts nobody.
        """
        self._do("privacy.erase", customer=customer)
