"""What is allowed: purposes, consent, decisions, what is stored about a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ._model import Personal, Word, model
from .base import Channel, ContactPointId, CustomerId, DataClass, Id, Provenance, Value
from .store import SourceRef


@model
class AccessField:
    """One value with its declaration.

    Attributes
    ----------
    name : str
        The field, or the key under which the record is found.
    value : Value
        The value.
    class_ : DataClass | None
        What sort of data it is. Missing for a field that nobody declared.
    origin : Provenance | None
        Where it comes from. Missing for a field that nobody declared.
    purposes : Sequence[str]
        What it may be used for.
    """

    name: str
    value: Value
    class_: DataClass | None = None
    origin: Provenance | None = None
    purposes: Sequence[str]


@model
class AccessItem:
    """One record or fact.

    Attributes
    ----------
    target : str
        The kind or stream.
    id : Id
        Which one.
    name : str | None
        What happened, if it is a fact.
    at : datetime | None
        When it happened.
    recorded : datetime | None
        When it was learned.
    source : str | None
        The system that told it.
    source_id : str | None
        What that system calls it.
    fields : Sequence[AccessField]
        What it holds.
    """

    target: str
    id: Id
    name: str | None = None
    at: datetime | None = None
    recorded: datetime | None = None
    source: str | None = None
    source_id: str | None = None
    fields: Sequence[AccessField]


@model
class AccessPackage:
    """Everything that is stored about one person (GDPR Art. 15(1), (3)).

    Attributes
    ----------
    customer : CustomerId
        The person.
    items : Sequence[AccessItem]
        The records and then the facts, each in the order of the kinds and streams; facts also by time.
    """

    customer: CustomerId
    items: Sequence[AccessItem]


class ConsentKind(Word):
    """What was said."""

    REQUESTED = "requested"
    """Somebody filled in the form; the owner of the contact point has yet to confirm it."""
    GRANTED = "granted"
    """The person agreed."""
    CONFIRMED = "confirmed"
    """The owner of the contact point confirmed what was requested or granted there before (double opt-in)."""
    WITHDRAWN = "withdrawn"
    """The person took an agreement back."""
    REFUSED = "refused"
    """The person was asked and said no."""
    EXPIRED = "expired"
    """The agreement ended by a rule of the business."""
    OBJECTED = "objected"
    """The person objects (GDPR Art. 21), whatever the lawful basis."""
    OBJECTION_LIFTED = "objection_lifted"
    """The person no longer objects. It takes a fresh agreement to use what rests on consent."""
    IMPORTED = "imported"
    """Another system says that the person agreed."""
    RESTRICTED = "restricted"
    """The use of the data is restricted (GDPR Art. 18)."""
    RESTRICTION_LIFTED = "restriction_lifted"
    """The restriction is lifted."""


@model
class Scope:
    """What an event is about.

    A missing part means all: a person may take back everything at once, but can only agree to one thing at a time.

    Attributes
    ----------
    purpose : str | None
        The purpose; missing: every purpose that can be declined, and for a restriction every purpose.
    channel : Channel | None
        The channel; missing: every channel.
    contact_point : ContactPointId | None
        The contact point; missing: every contact point of the person.
    """

    purpose: str | None = None
    channel: Channel | None = None
    contact_point: ContactPointId | None = None


@model
class ConsentEvent:
    """One thing that one person said, with its proof. Never edited; a change of mind is another event.

    Attributes
    ----------
    kind : ConsentKind
        What was said.
    customer : CustomerId
        By whom, or about whom.
    at : datetime
        When it took effect.
    scope : Scope
        About what.
    purpose_version : int | None
        The version of the purpose. When an opt-in is recorded without it, the present one.
    notice : str | None
        The wording that was shown, with version and language (`newsletter-3/en`). Requests and grants need it.
    origin : str | None
        Where it was said (`checkout_form`, `call`, `paper`, `one_click`). Imports need it.
    method : str | None
        How it was said (`ticked`, `signed`, `replied`).
    evidence : Personal[str] | None
        What proves it: an address of the network, a file, a recording.
    expires_at : datetime | None
        For a consent, when it ends; for a request, until when it can be confirmed.
    source : SourceRef | None
        What another system calls the event. A second delivery under the same reference writes nothing.
    """

    kind: ConsentKind
    customer: CustomerId
    at: datetime
    scope: Scope
    purpose_version: int | None = None
    notice: str | None = None
    origin: str | None = None
    method: str | None = None
    evidence: Personal[str] | None = None
    expires_at: datetime | None = None
    source: SourceRef | None = None


class ContactReason(Word):
    """Why somebody may, or may not, be contacted.

    The order is that of the evaluation: the first that applies is the reason, and whatever denies stands before
    whatever allows.
    """

    UNKNOWN_PURPOSE = "unknown_purpose"
    """No purpose has this name."""
    CHANNEL_NOT_COVERED = "channel_not_covered"
    """The purpose does not use this channel."""
    SUPPRESSED = "suppressed"
    """The address is barred: it bounced, somebody complained, or its owner was erased."""
    UNREADABLE = "unreadable"
    """A fact says something that this version of the library does not understand."""
    RESTRICTED = "restricted"
    """The use of the person's data is restricted."""
    OBJECTED = "objected"
    """The person objects."""
    WITHDRAWN = "withdrawn"
    """The person took the agreement back."""
    REFUSED = "refused"
    """The person said no."""
    UNCONFIRMED = "unconfirmed"
    """Nobody has confirmed the agreement from the contact point yet."""
    EXPIRED = "expired"
    """The agreement has ended, or nobody confirmed it in time."""
    STALE_NOTICE = "stale_notice"
    """The purpose has changed since the person agreed."""
    UNKNOWN_CONTACT_POINT = "unknown_contact_point"
    """There is no such contact point."""
    FOREIGN_CONTACT_POINT = "foreign_contact_point"
    """The contact point belongs to somebody else."""
    WRONG_CHANNEL = "wrong_channel"
    """The contact point does not serve the channel."""
    OUT_OF_USE = "out_of_use"
    """The contact point is not in use yet, or no longer."""
    BOUNCED = "bounced"
    """What is sent to the contact point comes back."""
    UNVERIFIED = "unverified"
    """The purpose needs a verified contact point, and this one is not."""
    NO_BASIS = "no_basis"
    """Nothing allows it."""
    CONSENTED = "consented"
    """The person has agreed."""
    OTHER_BASIS = "other_basis"
    """The purpose rests on something else than consent."""


class LawfulBasis(Word):
    """On what a purpose rests (GDPR Art. 6(1))."""

    CONSENT = "consent"
    """The person has agreed (a)."""
    CONTRACT = "contract"
    """It is necessary for a contract with the person (b)."""
    LEGAL_OBLIGATION = "legal_obligation"
    """The law demands it (c)."""
    VITAL_INTEREST = "vital_interest"
    """Somebody's life depends on it (d)."""
    PUBLIC_TASK = "public_task"
    """A public task (e)."""
    LEGITIMATE_INTEREST = "legitimate_interest"
    """A legitimate interest that outweighs the person's (f)."""


@model
class ContactDecision:
    """The answer to a `ContactQuestion`.

    Attributes
    ----------
    allowed : bool
        Whether the person may be contacted.
    reason : ContactReason
        Why, or why not.
    deciding : Id | None
        The fact that decided, if one did. For an allowed contact by consent it is the proof.
    since : datetime | None
        Since when the reason holds, if it began at an instant.
    until : datetime | None
        When an agreement ends, if it does.
    basis : LawfulBasis | None
        On what an allowed contact rests.
    notice : str | None
        The wording that was agreed to.
    """

    allowed: bool
    reason: ContactReason
    deciding: Id | None = None
    since: datetime | None = None
    until: datetime | None = None
    basis: LawfulBasis | None = None
    notice: str | None = None


@model
class ContactQuestion:
    """May this person be contacted for this purpose, on this channel, at this contact point?.

    Attributes
    ----------
    customer : CustomerId
        The person.
    purpose : str
        The purpose.
    channel : Channel
        The channel.
    contact_point : ContactPointId
        The contact point.
    """

    customer: CustomerId
    purpose: str
    channel: Channel
    contact_point: ContactPointId


@model
class ContactAnswer:
    """One question with its answer.

    Attributes
    ----------
    question : ContactQuestion
        The question.
    decision : ContactDecision
        The answer.
    """

    question: ContactQuestion
    decision: ContactDecision


@model
class Purpose:
    """Something that personal data may be used for, as a host has defined it.

    Attributes
    ----------
    key : str
        The name by which consent, campaigns and fields refer to it (`newsletter`).
    title : str
        What people read.
    version : int
        The version of its definition, from 1. Consent names the version that it was given to.
    consents_from : int
        The oldest version whose consents still count. Raised to `version` when the purpose has changed so much that
        people must be asked again (GDPR Art. 6(4), 13(3)).
    basis : LawfulBasis
        On what it rests.
    direct_marketing : bool
        Whether it is direct marketing, so that an objection needs no reason (GDPR Art. 21(2)).
    channels : Sequence[Channel]
        The channels on which people may be contacted for it. None: it contacts nobody.
    confirmed_on : Sequence[Channel]
        Those of them on which a declaration counts once it was confirmed from the contact point itself (double
        opt-in).
    verified_only : bool
        Whether only verified contact points may be used.
    """

    key: str
    title: str
    version: int
    consents_from: int
    basis: LawfulBasis
    direct_marketing: bool
    channels: Sequence[Channel]
    confirmed_on: Sequence[Channel]
    verified_only: bool


class SuppressionReason(Word):
    """Why an address is barred."""

    HARD_BOUNCE = "hard_bounce"
    """It does not exist."""
    COMPLAINT = "complaint"
    """Its owner reported a message as unwanted."""
    ERASED = "erased"
    """Its owner was erased, and is not to be contacted when the address comes in again."""
    LEGAL = "legal"
    """A law or a public register bars it."""
    MANUAL = "manual"
    """Somebody of the business barred it."""


@model
class Permission:
    """What a permit permits.

    Attributes
    ----------
    question : ContactQuestion
        Who may be contacted, for what, on which channel and at which contact point.
    basis : LawfulBasis
        The lawful basis.
    proof : Id | None
        The fact that decides, if one does.
    issued_at : datetime
        When it was given.
    expires_at : datetime
        From when on it is worth nothing.
    """

    question: ContactQuestion
    basis: LawfulBasis
    proof: Id | None = None
    issued_at: datetime
    expires_at: datetime
