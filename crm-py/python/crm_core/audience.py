"""Audiences and permits: what a campaign may do, as things that have to be shown."""

from __future__ import annotations

from typing import Any

from . import _core
from ._convert import decode
from .marketing import AudienceSummary
from .privacy import Permission


class Audience:
    """The people whom a campaign contacts.

    Everyone in it has a permit, which only the privacy room gives: there is no other way into an audience. Whoever sends
    takes permits from `crm.marketing.next_batch`, which asks again.
    """

    __slots__ = ("_inner",)

    def __init__(self, inner: _core.Audience) -> None:
        self._inner = inner

    def summary(self) -> AudienceSummary:
        """The audience in numbers."""
        answer: AudienceSummary = decode(AudienceSummary, self._inner.summary())
        return answer

    def to_data(self) -> Any:
        """Give the numbers as plain data."""
        return self._inner.summary()

    def __repr__(self) -> str:
        numbers = self.summary()
        return (
            f"<Audience of {numbers.contacts}, {numbers.held_out} held out, {sum(numbers.excluded.values())} excluded>"
        )


class ContactPermit:
    """The permission to contact one person once, for one purpose, on one channel, at one contact point.

    Only the privacy room makes one. It lasts minutes: whoever sends later asks again.
    """

    __slots__ = ("_inner",)

    def __init__(self, inner: _core.Permit) -> None:
        self._inner = inner

    def permission(self) -> Permission:
        """What is permitted, on which basis, and until when."""
        answer: Permission = decode(Permission, self._inner.data())
        return answer

    def to_data(self) -> Any:
        """Give what is permitted as plain data."""
        return self._inner.data()

    def __repr__(self) -> str:
        permission = self.permission()
        return f"<ContactPermit for {permission.question.purpose}, until {permission.expires_at:%H:%M:%S}>"
