"""Mass sends of WeCom (企业群发): what is said to contacts or into groups through the staff.

Nothing reaches anybody before the staff member who has the contact confirms it on his phone: a mass
send is planned, its audience is settled when it begins, the platform asks each of the staff, and
its answers are read until all of it is known.
"""

from loyalty.mass_sends.asking import Part, known, made, never_asked, refused, take
from loyalty.mass_sends.audiences import EVERYONE, Aim, Reach, Target, monthly_quota, reached
from loyalty.mass_sends.planning import (
    MassSendWish,
    begin_due,
    cancel,
    checked,
    find,
    plan,
    preview,
)
from loyalty.mass_sends.reading import (
    FullMassSend,
    FullPart,
    FullTarget,
    full,
    names_of_staff,
    newest,
    pages,
    parts,
    targets,
    waiting_for,
)
from loyalty.mass_sends.results import (
    Asked,
    Result,
    look_now,
    reminded,
    taken_back,
    tell,
    to_look_at,
    to_remind,
    to_take_back,
)

__all__ = [
    "EVERYONE",
    "Aim",
    "Asked",
    "FullMassSend",
    "FullPart",
    "FullTarget",
    "MassSendWish",
    "Part",
    "Reach",
    "Result",
    "Target",
    "begin_due",
    "cancel",
    "checked",
    "find",
    "full",
    "known",
    "look_now",
    "made",
    "monthly_quota",
    "names_of_staff",
    "never_asked",
    "newest",
    "pages",
    "parts",
    "plan",
    "preview",
    "reached",
    "refused",
    "reminded",
    "take",
    "taken_back",
    "targets",
    "tell",
    "to_look_at",
    "to_remind",
    "to_take_back",
    "waiting_for",
]
