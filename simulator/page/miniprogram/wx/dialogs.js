// Calls that draw something over the page.

import {
  hideToast,
  showActionSheet,
  showLoading,
  showModal,
  showToast,
} from '../sheets/dialogs.js';
import { chooseAddress } from '../sheets/address.js';
import { requestPayment } from '../sheets/payment.js';
import { requestSubscribeMessage } from '../sheets/subscriptions.js';
import { asynchronous } from './asynchronous.js';

const calls = {
  showToast,
  hideToast,
  showLoading,
  hideLoading: hideToast,
  showModal,
  showActionSheet,
  chooseAddress,
  requestPayment,
  requestSubscribeMessage,
};

export const dialogs = Object.fromEntries(
  Object.entries(calls).map(([name, act]) => [name, asynchronous(name, act)]),
);
