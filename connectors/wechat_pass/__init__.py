"""WeChat Shop's membership by the brand's mini-program (小程序会员): shown, joined, kept up."""
