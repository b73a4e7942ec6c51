"""What people read of surveys: why an answer is not taken, by the number of its question."""

SURVEY_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_survey": ("没有这份问卷，或已结束", "There is no such survey, or it is over"),
    "survey_changed": (
        "问卷刚刚更新，请重新打开后再答",
        "The questions have changed: open the survey anew",
    ),
    "survey_answered": ("您已答过这份问卷", "You have answered this survey"),
    "survey_full": ("这份问卷的名额已满，感谢关注", "This survey has all the answers it wanted"),
    "answer_to_nothing": ("没有这个问题：{question}", "There is no such question: {question}"),
    "answer_missing": ("第 {number} 题还没有回答", "Question {number} has no answer yet"),
    "answer_of_another_form": (
        "第 {number} 题的回答格式不对",
        "The answer to question {number} has the wrong form",
    ),
    "no_such_option": ("第 {number} 题没有这个选项", "Question {number} has no such option"),
    "too_many_options": (
        "第 {number} 题最多选 {most} 项",
        "Choose at most {most} in question {number}",
    ),
    "answer_off_the_scale": (
        "第 {number} 题请选 {least} 到 {most}",
        "Choose {least} to {most} in question {number}",
    ),
    "answer_too_long": (
        "第 {number} 题最多写 {most} 个字",
        "At most {most} letters in question {number}",
    ),
}
