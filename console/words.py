"""The words of the pages in both languages; a test compares their names."""

from console import words_en, words_zh
from console.ladder_words import LADDERS
from console.product_words import PRODUCTS

BOTH = PRODUCTS | LADDERS

ZH = words_zh.ZH | {name: zh for name, (zh, _) in BOTH.items()}
EN = words_en.EN | {name: en for name, (_, en) in BOTH.items()}
WORDS = {"zh": ZH, "en": EN}
