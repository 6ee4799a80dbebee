"""people.yaml: members that exist."""

from engine.language.document import Document
from engine.language.problems import suggest
from engine.language.resources import People


def check(document: Document, people: People) -> None:
    users = [u.id for u in people.users]
    for n, group in enumerate(people.groups):
        for m, member in enumerate(group.members):
            if member not in users:
                near = suggest(member, users)
                hint = f"did you mean `{near}`?" if near else f"add `- id: {member}` to `users`"
                place = document.place(people, "groups", n, "members", m)
                message = f"the group `{group.id}` names `{member}`, who is no user"
                document.source.report("E081", message, place, hint=hint)
