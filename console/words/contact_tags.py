"""Words of tags of contacts, in both languages."""

CONTACT_TAG_FIELDS: dict[str, tuple[str, str]] = {
    "tag_name": ("标签名（企业微信里显示）", "Name of the tag, as WeCom shows it"),
    "tag_group": ("标签组", "Group of tags"),
    "follows": (
        "跟随（tier:等级、segment:人群 或 community:会员群）",
        "Follows (tier:…, segment:… or community:…)",
    ),
}
FOLLOWED: dict[str, tuple[str, str]] = {
    "tier": ("等级", "Tier"),
    "segment": ("人群", "Segment"),
    "community": ("会员群", "VIP group"),
}
CONTACT_TAGS: dict[str, tuple[str, str]] = {
    "contact-tags": ("客户标签", "Tags in WeCom"),
    "tag_about": (
        "标签随等级、人群、会员群自动增减，员工在企业微信聊天里就能看到；员工自己打的标签可以用作人群和条件。",
        "Tags that come and go with tiers, segments and groups, for staff to see in WeCom. Those"
        " that staff give themselves can be segments and conditions.",
    ),
    "tag_new": ("新建标签", "A new tag"),
    "tag_none": ("还没有标签", "No tag yet"),
    "tag_name_of_it": ("标签", "Tag"),
    "tag_group_of_it": ("标签组", "Group"),
    "tag_follows": ("跟随", "Follows"),
    "tag_contacts": ("有此标签的客户", "Contacts with it"),
    "tag_by_staff": ("员工在企业微信里打", "Given by staff in WeCom"),
    "tag_coming": ("一分钟内建立", "Made within a minute"),
    "tag_done_at": ("最近一次全部一致：", "Last all in step:"),
}
