"""The words of the pages in both languages; a test compares their names."""

from console import words_en, words_zh
from console.product_words import PRODUCTS

ZH = words_zh.ZH | {name: zh for name, (zh, _) in PRODUCTS.items()}
EN = words_en.EN | {name: en for name, (_, en) in PRODUCTS.items()}
WORDS = {"zh": ZH, "en": EN}
