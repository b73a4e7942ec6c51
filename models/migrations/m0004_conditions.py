"""What conditions look at: what members bought by days and goods, her profile, the kept cart."""

from tortoise.migrations import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

BOUGHT = """
CREATE TABLE bought_day (
    member_id bigint NOT NULL,
    on_day date NOT NULL,
    orders integer NOT NULL CHECK (orders >= 0),
    spent_fen bigint NOT NULL CHECK (spent_fen > 0),
    PRIMARY KEY (member_id, on_day)
);
CREATE TABLE bought_goods (
    member_id bigint NOT NULL,
    goods text NOT NULL,
    last_on date NOT NULL,
    PRIMARY KEY (member_id, goods)
);
"""

PROFILE = """
CREATE TABLE profile (
    customer_id bigint PRIMARY KEY REFERENCES customer,
    called text NOT NULL DEFAULT '' CHECK (length(called) <= 20),
    birthday text CHECK (birthday ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
    birthday_told_at timestamptz,
    CHECK (birthday IS NULL OR birthday_told_at IS NOT NULL)
);
"""

CART = """
CREATE TABLE cart (
    member_id bigint PRIMARY KEY REFERENCES member,
    units jsonb NOT NULL CHECK (units <> '{}'),
    changed_at timestamptz NOT NULL
);
ALTER TABLE store_order ADD hesitates boolean NOT NULL DEFAULT false;
CREATE INDEX store_order_hesitates ON store_order (member_id, ordered_at)
    WHERE hesitates AND state <> 'closed';
"""


class Migration(BaseMigration):
    """What conditions look at."""

    dependencies = [("models", "m0003_shape")]
    operations = [RunSQL(BOUGHT), RunSQL(PROFILE), RunSQL(CART)]
