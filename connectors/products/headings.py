"""What columns of a table of products are called, in Chinese and English."""

from connectors.files.headings import Headings

SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": (
        *("SKU", "商家编码", "商品编码", "商品编号", "商家SKU", "SKU编码", "SKU ID", "货号"),
        *("product code", "item code"),
    ),
    "name_zh": (
        *("商品名称", "名称", "品名", "商品标题", "宝贝名称", "宝贝标题", "中文名", "中文名称"),
        *("name", "product name", "title", "name zh", "Chinese name"),
    ),
    "name_en": ("英文名", "英文名称", "商品英文名", "name en", "English name", "English"),
    "category": ("类目", "分类", "商品类目", "商品分类", "品类", "category"),
    "brand": ("品牌", "品牌名称", "brand"),
    "price_fen": (
        *("售价", "价格", "销售价", "零售价", "商品价格", "宝贝价格", "一口价"),
        *("price", "price yuan", "retail price", "selling price"),
    ),
    "cost_fen": (
        "成本",
        "成本价",
        "进价",
        "进货价",
        "cost",
        "cost yuan",
        "unit cost",
        "cost price",
    ),
    "picture": (
        *("图片", "图片地址", "图片链接", "商品图片", "主图", "主图链接", "宝贝图片"),
        *("picture", "picture url", "image", "image url", "photo"),
    ),
    "is_on_sale": (
        *("上架", "在售", "是否上架", "是否在售", "上架状态"),
        *("on sale", "is on sale", "for sale", "active"),
    ),
}
HEADINGS = Headings(SYNONYMS, needed=("sku",), lacking="no_sku_column")
