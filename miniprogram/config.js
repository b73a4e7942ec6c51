// Where this brand's jifen server is. A third-party platform's ext.json may say otherwise (`server`).
module.exports = { server: 'https://jifen.example.com' };
