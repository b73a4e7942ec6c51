"""What nobody could verify about the platform, with the value we assume for each.

Every line here is tagged [M] in the protocol reference (from memory or from one source). A check
against the live platform changes a value here, or in the settings file under `assumed`, not code.
"""

import msgspec


class Assumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unverified facts of the platform. Lengths are bytes of UTF-8 unless the name says chars."""

    # callbacks (A1 to A5)
    callback_timeout_seconds: float = 5.0
    callback_tries: int = 3
    retry_pause_seconds: float = 0.0
    retry_invalid_answers: bool = False
    compatible_mode_accepts_plain_answers: bool = True
    answer_limit_bytes: int = 1_048_576
    reply_text_limit_bytes: int = 2048
    reply_articles_limit_for_messages: int = 1
    reply_articles_limit_for_events: int = 8
    events_that_show_the_answer: tuple[str, ...] = (
        "subscribe",
        "SCAN",
        "CLICK",
        "LOCATION",
        "scancode_waitmsg",
    )
    reorder_hold_seconds: float = 1.0

    # tokens and quotas (A6)
    token_lifetime_seconds: int = 7200
    token_grace_seconds: int = 300
    stable_renewal_seconds: int = 300
    stable_forced_refreshes_a_day: int = 20
    stable_forced_refresh_gap_seconds: int = 30
    daily_limits: dict[str, int] = msgspec.field(
        default_factory=lambda: {
            "/cgi-bin/token": 2_000,
            "/cgi-bin/stable_token": 500_000,
            "/cgi-bin/message/custom/send": 500_000,
            "/cgi-bin/message/template/send": 100_000,
            "/cgi-bin/message/mass/sendall": 100,
            "/cgi-bin/message/mass/send": 100,
            "/cgi-bin/menu/create": 1_000,
            "/cgi-bin/menu/get": 10_000,
            "/cgi-bin/menu/delete": 1_000,
            "/cgi-bin/qrcode/create": 100_000,
            "/cgi-bin/media/upload": 100_000,
            "/cgi-bin/media/get": 200_000,
            "/cgi-bin/tags/create": 1_000,
            "/cgi-bin/tags/get": 1_000,
            "/cgi-bin/user/get": 500,
            "/cgi-bin/user/info": 5_000_000,
            "/wxa/msg_sec_check": 2_000_000,
        }
    )
    daily_limit_of_other_paths: int = 1_000_000
    clear_quota_calls_a_month: int = 10
    rid_lifetime_seconds: int = 7 * 86_400

    # paths whose JSON may not hold \uXXXX: shown as written, or refused with 40033
    escapes_shown_literally: tuple[str, ...] = ("/cgi-bin/message/custom/send",)
    escapes_refused: tuple[str, ...] = ("/cgi-bin/menu/create", "/cgi-bin/menu/addconditional")

    # customer messages (A7)
    text_messages: int = 5
    text_window_seconds: int = 48 * 3600
    menu_messages: int = 3
    menu_window_seconds: int = 60
    follow_messages: int = 3
    follow_window_seconds: int = 60
    scan_messages: int = 3
    scan_window_seconds: int = 60
    custom_text_limit_bytes: int = 2048
    custom_news_articles: int = 1
    typing_interaction_seconds: int = 30

    # QR codes (A8)
    qrcode_default_seconds: int = 60
    qrcode_longest_seconds: int = 2_592_000
    qrcode_permanent_codes: int = 100_000
    qrcode_permanent_scene_id: int = 100_000
    scene_str_limit_chars: int = 64

    # menus (A9)
    menu_name_limit_bytes: int = 16
    submenu_name_limit_bytes: int = 60
    menu_key_limit_bytes: int = 128
    menu_url_limit_bytes: int = 1024

    # users and tags (A10)
    nickname_in_user_info: bool = False
    batchget_limit: int = 100
    openids_a_page: int = 10_000
    remark_limit_chars: int = 30
    tags_limit: int = 100
    tag_name_limit_chars: int = 30
    tagging_openids_limit: int = 50
    tags_a_user_limit: int = 20
    blacklist_openids_limit: int = 20

    # template and mass messages (A11)
    client_msg_id_seconds: int = 600
    mass_messages_a_month: int = 4

    # media, web login, tickets (A12)
    media_lifetime_seconds: int = 3 * 86_400
    media_limits_bytes: dict[str, int] = msgspec.field(
        default_factory=lambda: {
            "image": 10 * 1_048_576,
            "voice": 2 * 1_048_576,
            "video": 10 * 1_048_576,
            "thumb": 64 * 1024,
        }
    )
    uploadimg_limit_bytes: int = 1_048_576
    oauth_code_seconds: int = 300
    oauth_token_seconds: int = 7200
    oauth_refresh_seconds: int = 30 * 86_400
    ticket_seconds: int = 7200

    # WeCom (C1, C8)
    group_lag_seconds: float = 2.0
    members_seen_without_filter: int = 1000
    owners_a_filter: int = 100
    groups_a_page: int = 1000
    staff_a_batch: int = 100
    welcome_seconds: float = 20.0
    welcome_text_bytes: int = 4000
    contacts_a_page: int = 100
    groups_a_join_way: int = 5
    join_ways: int = 500_000
    join_remark_chars: int = 30
    join_state_chars: int = 30
    room_name_chars: int = 40
    contact_way_users: int = 100
    contact_way_chars: int = 30

    # mass sends (C9); `send_rule`: days_of_month, weekly7, daily1 or monthly4
    app_text_bytes: int = 2048
    send_rule: str = "days_of_month"
    send_text_bytes: int = 4000
    send_attachments: int = 9
    send_contacts: int = 10_000
    send_groups: int = 2000
    send_reminders_a_day: int = 3
    send_dispatch_seconds: int = 0
    send_list_seconds: int = 31 * 86_400
    sends_a_page: int = 100
    send_results_a_page: int = 1000

    # tags (C6)
    tag_chars: int = 30
    tags_a_mark: int = 3000
    tag_marks_a_minute: int = 10_000
    tag_marks_at_once: int = 20
    tag_mark_seconds: float = 0.0

    # help desks (C11): how many messages and how long after she wrote, and what is refused how
    desk_messages: int = 5
    desk_window_seconds: int = 48 * 3600
    desk_welcome_again_seconds: int = 48 * 3600
    desk_token_seconds: float = 600.0
    desk_code_seconds: float = 20.0
    desk_code_error: int = 95007
    desk_msgid_error: int = 40058
    desk_reads_a_minute: int = 10
    desk_page: int = 1000
    desk_rows: int = 1000
    desk_batch: int = 100
    desk_text_bytes: int = 2048
    desk_menu_bytes: int = 1024
    desk_menu_lines: int = 10
    desk_line_bytes: int = 128

    # mini-program (B1)
    login_code_seconds: int = 300
    phone_code_seconds: int = 300
    session_key_dies_at_next_login: bool = True
    logins_a_minute: int = 100

    # mini-program codes (B5)
    mini_codes_a_minute: int = 5000

    # content check (B6): how long after she was there, how many a minute, and what is found
    content_seconds: int = 7200
    content_limit_chars: int = 2500
    contents_a_minute: int = 4000
    risky_words: dict[str, int] = msgspec.field(
        default_factory=lambda: {
            "特3456书yuuo莞6543李zxcz蒜7782法fgnv级": 20006,
            "完2347全dfji试3726测asad感3847知qwez到": 20006,
            "代开发票": 10001,
            "刷单返现": 20008,
            "网上赌场": 20006,
            "buy fake invoices": 10001,
        }
    )
    doubtful_words: dict[str, int] = msgspec.field(
        default_factory=lambda: {"加我微信": 10001, "傻瓜": 20003, "add me on wechat": 10001}
    )

    # WeChat Pay (D1, D2)
    pay_window_seconds: int = 300
    pay_prepay_seconds: int = 7200
    pay_description_limit_bytes: int = 127
    pay_order_paid_code: str = "ORDERPAID"
    pay_sends_probes: bool = True
    pay_probe_prefix: str = "WECHATPAY/SIGNTEST/"
    pay_notice_timeout_seconds: float = 5.0
    pay_notice_pauses_seconds: tuple[float, ...] = (
        15,
        15,
        30,
        180,
        600,
        1200,
        1800,
        1800,
        1800,
        3600,
        10800,
        10800,
        10800,
        21600,
        21600,
    )

    # pushes of shops on platforms (the schedules are in no public document)
    shop_push_timeout_seconds: float = 5.0
    shop_push_pauses_seconds: tuple[float, ...] = (5.0, 5.0, 60.0)
    # how long a message of Taobao's stays with an app that does not confirm it, how many a pull
    shop_message_again_seconds: float = 60.0
    shop_messages_a_pull: int = 100
