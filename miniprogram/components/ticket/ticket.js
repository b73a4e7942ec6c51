// A coupon as a ticket: what it is worth, on what conditions, why she has it, until when.

Component({ properties: { coupon: Object } });
