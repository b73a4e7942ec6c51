"""Words of surveys and of the rules that ask."""

SURVEY_FIELDS: dict[str, tuple[str, str]] = {
    "answer": ("是否必答", "Must it be answered"),
    "form": ("题型", "Form"),
    "intro_zh": ("开头的话（中文）", "Opening words in Chinese"),
    "intro_en": ("开头的话（英文）", "Opening words in English"),
    "most_answers": ("最多收几份（空为不限）", "Answers that are wanted (empty: no end)"),
    "most_options": ("多选最多几项", "Most options of several"),
    "options_zh": ("选项（中文，逗号分隔）", "Options in Chinese (separated by commas)"),
    "options_en": ("选项（英文，同样的顺序）", "Options in English (in the same order)"),
    "questions": ("题目（每行一题）", "Questions (one a row)"),
    "text_zh": ("问题（中文）", "Question in Chinese"),
    "text_en": ("问题（英文）", "Question in English"),
    "thanks_zh": ("致谢（中文）", "Thanks in Chinese"),
    "thanks_en": ("致谢（英文）", "Thanks in English"),
}
SURVEY_CHOICES: dict[str, tuple[str, str]] = {
    "one": ("单选", "One of the options"),
    "several": ("多选", "Several options"),
    "scale": ("0–10 分", "A scale from 0 to 10"),
    "stars": ("1–5 星", "One to five stars"),
    "text": ("文字", "Text"),
    "required": ("必答", "Required"),
    "optional": ("选答", "Optional"),
}
SURVEYS: dict[str, tuple[str, str]] = {
    "survey": ("问卷", "Survey"),
    "surveys": ("问卷", "Surveys"),
    "surveys_about": (
        "会员在小程序里回答，每人一次，得规则所定的积分；无论怎样回答，积分都一样。回答不显示是谁写的。",
        "Members answer in the mini-program, once each, for the points of the rule, whatever they"
        " answer. Nobody is named here.",
    ),
    "surveys_none": ("还没有问卷", "No survey yet"),
    "survey_new": ("新问卷", "A new survey"),
    "survey_open": ("进行中", "Open"),
    "survey_over": ("已结束", "Over"),
    "survey_answers": ("回答", "Answers"),
    "survey_download": ("下载全部回答（CSV）", "Download all answers (CSV)"),
    "survey_mean": ("平均", "Mean"),
    "survey_more": ("只显示最新的，全部请下载", "The newest; download the file for all"),
    **{f"survey_form_{name}": told for name, told in SURVEY_CHOICES.items()},
}
