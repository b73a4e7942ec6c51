// node compute.js medusa|json-rules-engine FIXTURE.json PASSES
// Prices every cart of a fixture under its offers, PASSES times over, after as many to warm up, and
// prints what processor time a cart took and what each cart saves.
const { readFileSync } = require("node:fs");

const [, , subject, fixture, passes] = process.argv;
const { carts, offers } = JSON.parse(readFileSync(fixture, "utf8"));

// Medusa's own arithmetic of promotions, in the sequence of its module's computeActions; that method
// itself reads the promotions from a database each time, which is left out.
function medusa() {
  const { ComputeActionUtils, areRulesValidForContext } = require("@medusajs/promotion/dist/utils");
  const promotions = offers.map(promotion).sort(ComputeActionUtils.sortByBuyGetType);
  return (cart) => {
    const items = cart.lines.map(item);
    const subtotal = items.reduce((sum, one) => sum + one.subtotal, 0);
    const context = { items, subtotal, customer: { rank: cart.rank } };
    const applied = new Map();
    const [bought, got] = [new Map(), new Map()];
    let actions = [];
    for (const one of promotions) {
      if (!areRulesValidForContext(one.rules, context, "order")) continue;
      const found =
        one.type === "buyget"
          ? ComputeActionUtils.getComputedActionsForBuyGet(one, items, applied, bought, got)
          : ComputeActionUtils.getComputedActionsForItems(one, items, applied, "across");
      actions = actions.concat(found);
    }
    return actions.reduce((sum, one) => sum + Number(one.amount ?? 0), 0);
  };
}

function item(line) {
  const subtotal = line.price_fen * line.quantity;
  return { ...line, id: line.sku, subtotal, original_total: subtotal, is_discountable: true };
}

function promotion(offer) {
  const goods = scope(offer);
  const method = {
    type: offer.fen ? "fixed" : "percentage",
    target_type: goods.length ? "items" : "order",
    allocation: "across",
    value: offer.fen ?? offer.percent ?? 100,
    target_rules: goods,
  };
  if (offer.buy) {
    Object.assign(method, { allocation: "each", max_quantity: 1000, apply_to_quantity: offer.get });
    Object.assign(method, { buy_rules: goods, buy_rules_min_quantity: offer.buy });
  }
  return {
    code: offer.code,
    type: offer.buy ? "buyget" : "standard",
    is_tax_inclusive: false,
    application_method: method,
    rules: [
      ...(offer.spend_fen ? [rule("subtotal", "gte", offer.spend_fen)] : []),
      ...(offer.rank ? [rule("customer.rank", "gte", offer.rank)] : []),
    ],
  };
}

function scope(offer) {
  return ["category", "brand"]
    .filter((name) => offer[name])
    .map((name) => rule(`items.${name}`, "in", offer[name]));
}

function rule(attribute, operator, value) {
  return { attribute, operator, values: [{ value: String(value) }] };
}

// Conditions only: which of the offers are for a cart. It has no arithmetic of prices.
function jsonRulesEngine() {
  const { Engine } = require("json-rules-engine");
  const engine = new Engine();
  for (const offer of offers) {
    const all = [
      { fact: "subtotal", operator: "greaterThanInclusive", value: offer.spend_fen ?? 0 },
      { fact: "rank", operator: "greaterThanInclusive", value: offer.rank ?? 0 },
      ...(offer.category ? [{ fact: "categories", operator: "contains", value: offer.category }] : []),
      ...(offer.brand ? [{ fact: "brands", operator: "contains", value: offer.brand }] : []),
    ];
    engine.addRule({ conditions: { all }, event: { type: offer.code } });
  }
  return async (cart) => {
    const found = await engine.run({
      subtotal: cart.lines.reduce((sum, one) => sum + one.price_fen * one.quantity, 0),
      rank: cart.rank,
      categories: cart.lines.map((one) => one.category),
      brands: cart.lines.map((one) => one.brand),
    });
    return found.events.length;
  };
}

async function main() {
  const price = subject === "medusa" ? medusa() : jsonRulesEngine();
  const saved = [];
  for (let n = 0; n < passes; n++) for (const cart of carts) await price(cart);
  for (const cart of carts) saved.push(await price(cart));
  const begun = process.cpuUsage();
  for (let n = 0; n < passes; n++) for (const cart of carts) await price(cart);
  const took = process.cpuUsage(begun);
  const micros = (took.user + took.system) / (passes * carts.length);
  process.stdout.write(JSON.stringify({ micros, saved }));
}

main();
