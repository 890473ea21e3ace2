"""What a pack's ``world.yaml`` may say: real divisions, invented units, sizes."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.text import Text

Level = Literal["prefecture", "county", "township", "village", "group"]
Share = Annotated[int, Field(ge=1, le=100)]
Size = tuple[Annotated[int, Field(ge=3)], Annotated[int, Field(ge=3)]]


class Piece(BaseModel):
    """A part of a world plan: read strictly, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Founding(Piece):
    """What organization a division founds; the first that fits its level and ending serves.

    The ending is taken off the division's name and ``suffix`` put on; the kind's own
    ``founding_name`` is made of what comes out. ``kinds`` are shares in per cent of the
    divisions that fit, dealt out in a fixed order that looks like chance.
    """

    level: Level
    ends: tuple[str, ...] = ()
    suffix: str = ""
    kinds: dict[str, Share]
    domain: str = ""

    @model_validator(mode="after")
    def _whole(self) -> "Founding":
        if sum(self.kinds.values()) != 100:
            raise ValueError("the shares of the kinds add up to 100")
        return self


class ImaginedTown(Piece):
    """A town of the county that does not exist, and its villages, written as divisions are."""

    name: str
    villages: tuple[str, ...]


class ImaginedCounty(Piece):
    """A county that does not exist: whoever is late, silent or sent back stands here.

    The demonstration's own people work in its first town.
    """

    code: str
    name: str
    towns: tuple[ImaginedTown, ...]


class UnitBlock(Piece):
    """Invented organizations of one sort, so many below each organization that is named.

    They stand below each division of the level ``at``, or below each organization of the
    block ``below``. ``name`` may hold ``{place}`` (the division), ``{above}`` (the
    organization above) and ``{n}`` (a number in Chinese). A block with ``fill`` takes what is missing
    from the world's total and deals it out evenly.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    at: Level | None = None
    below: str = ""
    of_kind: str = ""
    kind: str
    domain: str = ""
    """Left out: the domain of the organization above."""
    level: Level
    each: int = Field(default=1, ge=1)
    fill: bool = False
    name: str

    @model_validator(mode="after")
    def _one_place(self) -> "UnitBlock":
        if (self.at is None) == (not self.below):
            raise ValueError("write either at or below")
        if self.fill and "each" in self.model_fields_set:
            raise ValueError("a block that fills has no number of its own")
        return self


class Totals(Piece):
    """What the world adds up to; a plan that does not is refused."""

    orgs: int
    divisions: dict[Level, int]
    members: int


class Members(Piece):
    """How many members an organization has, from least to most, by kind and domain."""

    kind: str
    domain: str = ""
    size: Size


class Filling(Piece):
    """How one field of a record is filled in: in exactly one way; dates fill themselves."""

    between: tuple[int, int] | None = None
    like: str = ""
    """Another field, read before this one, from which at most ``less`` is taken off."""
    less: int = Field(default=0, ge=0)
    of_members: tuple[Share, Share] | None = None
    texts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "Filling":
        if sum(map(bool, (self.between, self.like, self.of_members, self.texts))) != 1:
            raise ValueError("a field is filled in exactly one way")
        return self


class Bodies(Piece):
    """Bodies of one sort: one for each organization of some blocks, and beside them others without any.

    ``without`` is the share of all, in per cent, that has no organization; these are called by
    ``name`` and stand in the county that does not exist.
    """

    kind: str
    of: tuple[str, ...] = Field(min_length=1)
    without: int = Field(default=0, ge=0, le=90)
    name: str = ""

    @model_validator(mode="after")
    def _called(self) -> "Bodies":
        if self.without and not self.name:
            raise ValueError("bodies without an organization need a name")
        return self


class Slips(Piece):
    """How many of a hundred tasks go another way than answered and accepted in time.

    ``late`` is answered after the due day, ``missing`` never, ``belated`` after the period is
    closed; ``returned`` is given back, and half of these are answered again; ``corrected`` is
    put right by whoever answered; for ``extended`` a later day is asked for and granted;
    ``disputed`` is said to be somebody else's, which the issuer or the arbiter decides.
    """

    late: int = Field(ge=0, le=100)
    missing: int = Field(ge=0, le=100)
    returned: int = Field(ge=0, le=100)
    belated: int = Field(default=0, ge=0, le=100)
    corrected: int = Field(default=0, ge=0, le=100)
    extended: int = Field(default=0, ge=0, le=100)
    disputed: int = Field(default=0, ge=0, le=100)

    @model_validator(mode="after")
    def _at_most_all(self) -> "Slips":
        if sum(dict(self).values()) > 100:
            raise ValueError("more than all of the answers go another way")
        return self


class MonthNotice(Piece):
    """What the imagined county makes known of a month when it is closed; for ``days`` anybody may object.

    ``title`` and ``text`` may name the ``{year}`` and the month's ``{number}``, and of the account
    ``{due}``, ``{on_time}``, ``{late}`` and ``{missing}``. What is none of these has a later day,
    was given back or is carried over: ``rest`` says so with ``{waiting}``, and stands at ``{rest}``
    where there is any, so that the parts add up.
    """

    title: str
    text: tuple[str, ...] = Field(min_length=1)
    rest: str
    days: int = Field(ge=5, le=120)


class MonthPlan(Piece):
    """How a month is played.

    All monthly duties of the pack are issued; ``left`` are those that wait, in the running
    month, for whoever tries the demonstration. ``answers`` fill the records in.
    """

    left: tuple[str, ...] = ()
    imagined: Slips
    notice: MonthNotice | None = None
    reasons: tuple[str, ...] = Field(min_length=1)
    answers: dict[str, dict[str, Filling]]


class Merger(Piece):
    """Towns of the imagined county that become one on a day of the year, by a paper."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=28)
    into: str
    merged: tuple[str, ...] = Field(min_length=1)
    paper: str


class Withdrawal(Piece):
    """An order that the imagined county issues in a month beside its superior's, and takes back for a reason."""

    month: int = Field(ge=1, le=12)
    duty: str
    reason: str


class Goal(Piece):
    """A target of the year: so many ``of_each`` organization there is, or the same ``level`` for all."""

    programme: str
    metric: str
    of_each: int = Field(default=0, ge=0)
    level: Decimal | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Goal":
        if bool(self.of_each) == (self.level is not None):
            raise ValueError("a target is so many of each, or one level for all")
        return self


class YearPlan(Piece):
    """What happens in a played year beside its orders.

    ``handovers`` secretaries and ``officer_handovers`` office workers pass their posts on each
    month, and sign for what is open there. Of a hundred secretaries in villages, ``two_posts``
    head the villagers' committee too. ``goals`` are set at its beginning and handed on.
    """

    handovers: int = Field(default=0, ge=0, le=200)
    officer_handovers: int = Field(default=0, ge=0, le=50)
    two_posts: int = Field(default=0, ge=0, le=100)
    mergers: tuple[Merger, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    goals: tuple[Goal, ...] = ()


class PlayedClaims(Piece):
    """A standard that some organizations of the imagined county claim, ``ago`` working days before the play ends.

    Of each criterion they say ``shown``, with the records there are; where these do not suffice, that it is not
    met, for which ``unshown`` is said and the reviewer finds ``seen`` on the spot. The last one is refused for
    ``refused``, if that is written. The claim of whoever enters as a secretary is handed in at the end, and waits.
    """

    standard: str
    ago: int = Field(ge=1, le=60)
    count: int = Field(ge=2, le=40)
    shown: str
    unshown: str
    seen: str
    refused: str = ""


class PlayedLine(Piece):
    """How many places a line of a contest has, and how many candidates stand in it at most."""

    places: int = Field(ge=1)
    candidates: int = Field(ge=1, le=20)


class PlayedPledge(Piece):
    """What each candidate promises, to be kept so many working days later, and what is found then."""

    text: str
    due: int = Field(ge=1, le=60)
    verdict: Literal["kept", "partly", "not_kept"]
    reason: str


class PlayedObjection(Piece):
    """What somebody says against the outcome; with ``follows`` it is upheld, and a chosen one is struck for that."""

    text: str
    answer: str
    follows: str = ""


class PlayedContest(Piece):
    """A contest that the office at the top opens ``ago`` working days before the play ends.

    How far it has come by then follows from its days: with the panel, before the public, or conferred. Its
    candidates stand in the imagined county. ``number`` may name the ``{year}``.
    """

    kind: str
    ago: int = Field(ge=1, le=60)
    number: str
    issuer: str
    lines: dict[str, PlayedLine] = Field(min_length=1)
    reasons: tuple[str, ...] = Field(min_length=1)
    decision: str
    pledges: tuple[PlayedPledge, ...] = ()
    objection: PlayedObjection | None = None


class LedgerPlay(Piece):
    """A ledger that the towns of the imagined county fill when the play begins, but for ``untold`` of a hundred rows."""

    ledger: str
    untold: int = Field(default=0, ge=0, le=100)
    fields: dict[str, Filling] = Field(min_length=1)


class WorldPlan(Piece):
    """A pack's demonstration world.

    ``shown_first`` marks the one that is played when none is named. ``root`` is the code of the division at the top; all divisions of the pack's
    ``divisions.csv`` whose code begins with it are used. ``small`` names the counties that
    stand in the small world, beside the imagined one.
    """

    root: str
    seed: str
    shown_first: bool = False
    small: tuple[str, ...]
    totals: Totals
    founding: tuple[Founding, ...]
    imagined: ImaginedCounty
    units: tuple[UnitBlock, ...]
    members: tuple[Members, ...]
    bodies: tuple[Bodies, ...] = ()
    claims: tuple[PlayedClaims, ...] = ()
    contests: tuple[PlayedContest, ...] = ()
    ledgers: tuple[LedgerPlay, ...] = ()
    tells: str = ""
    """The report in whose sentences the place tells of itself when it has been played."""

    month: MonthPlan
    year: YearPlan = YearPlan()


class Door(Piece):
    """Somebody a demonstration may be entered as: the post or role, and where it is held."""

    login: str
    post: str
    at: Literal["top", "county", "town", "branch"]
    title: Text
    does: Text
    next: str


class Doors(Piece):
    """``doors.yaml``: people who hold a post, members who hold none, and accounts of those who keep the site going."""

    doors: tuple[Door, ...]
    members: tuple[Door, ...]
    machines: tuple[Door, ...]
