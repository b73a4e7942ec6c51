"""VIP groups: who may join, who was asked, who is in them.

The platform's list of a group is the truth and is read again whenever something is said of it: what
an event says may be doubled, late or lost.
"""

from loyalty.communities.connecting import (
    MOST_IN_A_GROUP,
    Door,
    Image,
    adopt,
    connect,
    find,
    forget_join_way,
    image_of,
    keep_image,
    keep_join_way,
    keep_picture,
    next_room,
    of_corp,
    open_communities,
    picture_of,
    roomy,
)
from loyalty.communities.joining import (
    Membership,
    MembershipState,
    invite,
    membership,
    memberships,
)
from loyalty.communities.reading import (
    FullCommunity,
    FullMember,
    all_of_them,
    full,
    members,
    pages,
)
from loyalty.communities.tasks import (
    Changes,
    FullTask,
    keep,
    look_over,
    tasks,
    tasks_of,
    told,
    untold,
)
from loyalty.communities.telling import Contact, Roster, Told, dismiss, reconciled, tell

__all__ = [
    "MOST_IN_A_GROUP",
    "Changes",
    "Contact",
    "Door",
    "FullCommunity",
    "FullMember",
    "FullTask",
    "Image",
    "Membership",
    "MembershipState",
    "Roster",
    "Told",
    "adopt",
    "all_of_them",
    "connect",
    "dismiss",
    "find",
    "forget_join_way",
    "full",
    "image_of",
    "invite",
    "keep",
    "keep_image",
    "keep_join_way",
    "keep_picture",
    "look_over",
    "members",
    "membership",
    "memberships",
    "next_room",
    "of_corp",
    "open_communities",
    "pages",
    "picture_of",
    "reconciled",
    "roomy",
    "tasks",
    "tasks_of",
    "tell",
    "told",
    "untold",
]
