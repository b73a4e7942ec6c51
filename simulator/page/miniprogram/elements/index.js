// The built-in elements that the runtime knows, by their tags.

import { boxes } from './boxes.js';
import { fields } from './fields.js';
import { choices } from './choices.js';
import { media } from './media.js';
import { touched } from './touched.js';

export const elements = { ...boxes, ...touched, ...fields, ...choices, ...media };
