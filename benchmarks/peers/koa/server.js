// koa and co-wechat, as co-wechat's own README shows them.
'use strict'

const Koa = require('koa')
const wechat = require('co-wechat')

const account = JSON.parse(process.env.BENCHMARK_ACCOUNT)
const app = new Koa()

app.use(
  wechat({
    token: account.token,
    appid: account.app_id,
    encodingAESKey: account.encoding_aes_key
  }).middleware(async (message) =>
    message.MsgType === 'text' && message.Content === '积分' ? '您有 100 积分可用。' : '没有听懂。'
  )
)

app.listen(Number(process.argv[2]), '127.0.0.1')
