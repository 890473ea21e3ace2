"""What may be wrong with the pack that rules a place."""

from collections.abc import Iterable, Iterator
from functools import partial

from gangmu.core.definition import Definition
from gangmu.core.doubts import DoubtCheck, Found, Look
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.doubts import tree_of
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.queries import post_kinds_held


def _found(look: Look, folder: str, definition: Definition, **params: str | Text) -> Found:
    return Found(look.root, f"{folder}:{definition.code}", {"title": definition.title, **params})


def _untranslated(look: Look) -> Iterator[Found]:
    for kind, placed in look.pack.definitions.items():
        for each in placed.values():
            if not each.definition.title.en:
                yield _found(look, kind, each.definition, kind=kind)


def _ended_paper(look: Look) -> Iterator[Found]:
    ended = {
        paper.code: paper
        for paper in look.pack.all(DocumentKind)
        if paper.ended_on is not None and paper.ended_on <= look.today
    }
    for kind, placed in look.pack.definitions.items():
        for each in placed.values():
            paper = ended.get(getattr(getattr(each.definition, "follows", None), "document", ""))
            if paper is not None:
                yield _found(look, kind, each.definition, paper=paper.title)


def _unused_kind(look: Look) -> Iterator[Found]:
    used = {row.kind for row in tree_of(look).rows.values()}
    return (_found(look, "org_kind", kind) for kind in look.pack.all(OrgKind) if kind.code not in used)


def _unused_domain(look: Look) -> Iterator[Found]:
    used = {row.domain for row in tree_of(look).rows.values()}
    return (_found(look, "domain", kind) for kind in look.pack.all(DomainKind) if kind.code not in used)


def _unheld_post(look: Look) -> Iterator[Found]:
    held = post_kinds_held(look.path)
    return (_found(look, "post_kind", kind) for kind in look.pack.all(PostKind) if kind.code not in held)


_of_definition = partial(
    DoubtCheck,
    group="definitions",
    mend=say("Whoever writes the pack decides: use it, or take it out."),
    permission="packs.view",
    page="desk-handbook",
    page_of="none",
)

CHECKS: Iterable[DoubtCheck] = (
    _of_definition(
        "definitions.untranslated",
        title=say("A title in Chinese alone"),
        says=say("%(title)s (%(kind)s)."),
        mend=say("Give it an English title in the pack, if anybody here reads English."),
        find=_untranslated,
    ),
    _of_definition(
        "definitions.ended_paper",
        title=say("It follows a paper that has ended"),
        says=say("%(title)s follows %(paper)s."),
        mend=say("Name the paper that holds today, or take it out."),
        find=_ended_paper,
    ),
    _of_definition(
        "definitions.unused_kind",
        title=say("A kind of organization that nobody is"),
        says=say("%(title)s."),
        find=_unused_kind,
    ),
    _of_definition(
        "definitions.unused_domain",
        title=say("A domain in which nobody works"),
        says=say("%(title)s."),
        find=_unused_domain,
    ),
    _of_definition(
        "definitions.unheld_post",
        title=say("A post that nobody has ever held"),
        says=say("%(title)s."),
        find=_unheld_post,
    ),
)
