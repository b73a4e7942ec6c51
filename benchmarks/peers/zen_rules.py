"""`zen_rules.py FIXTURE.json PASSES`: which offers are for which cart, asked of zen-engine.

Conditions only, as one decision table that collects its hits: it has no arithmetic of prices.
Every cart PASSES times over, after as many to warm up; prints the processor time a cart took, and
how many offers each cart hit.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import zen

Told = dict[str, Any]
FIELDS = ("subtotal", "rank", "categories", "brands")


def table(offers: list[Told]) -> str:
    """Return the offers as a decision of the engine's own form."""
    place = {"x": 0, "y": 0}
    content = {
        "hitPolicy": "collect",
        "inputs": [_column(name) for name in FIELDS],
        "outputs": [_column("offer")],
        "rules": [_row(one) for one in offers],
    }
    nodes = [
        {"id": "asked", "name": "asked", "type": "inputNode", "position": place},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "position": place,
            "content": content,
        },
        {"id": "told", "name": "told", "type": "outputNode", "position": place},
    ]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in (("asked", "table"), ("table", "told"))
    ]
    kind = "application/vnd.gorules.decision"
    return json.dumps({"contentType": kind, "nodes": nodes, "edges": edges})


def _column(name: str) -> Told:
    return {"id": name, "name": name, "field": name}


def _row(offer: Told) -> Told:
    return {
        "_id": offer["code"],
        "subtotal": f">= {offer['spend_fen']}" if "spend_fen" in offer else "",
        "rank": f">= {offer['rank']}" if "rank" in offer else "",
        "categories": f"contains($, '{offer['category']}')" if "category" in offer else "",
        "brands": f"contains($, '{offer['brand']}')" if "brand" in offer else "",
        "offer": f"'{offer['code']}'",
    }


def asked(cart: Told) -> Told:
    """Return what the table looks at of a cart."""
    lines = cart["lines"]
    return {
        "subtotal": sum(one["price_fen"] * one["quantity"] for one in lines),
        "rank": cart["rank"],
        "categories": [one["category"] for one in lines],
        "brands": [one["brand"] for one in lines],
    }


def main() -> None:
    """Measure, and print it as JSON."""
    told = json.loads(Path(sys.argv[1]).read_bytes())
    passes, carts = int(sys.argv[2]), told["carts"]
    decision = zen.ZenEngine().create_decision(table(told["offers"]))
    for _ in range(passes):
        for cart in carts:
            decision.evaluate(asked(cart))
    hits = [len(decision.evaluate(asked(cart))["result"]) for cart in carts]
    begun = time.process_time()
    for _ in range(passes):
        for cart in carts:
            decision.evaluate(asked(cart))
    micros = (time.process_time() - begun) * 1e6 / (passes * len(carts))
    sys.stdout.write(json.dumps({"micros": micros, "saved": hits}))


if __name__ == "__main__":
    main()
