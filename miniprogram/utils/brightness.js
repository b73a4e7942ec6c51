// A scanner reads a bright screen; hers is as it was once she leaves.

const BRIGHT = 1;

/** What a page with a code does: it is bright while the code is shown. */
const bright = {
  brighten() {
    if (this.brightness !== undefined) return;
    this.brightness = null;
    wx.getScreenBrightness({
      success: ({ value }) => {
        if (!this.isShown) return;
        this.brightness = value;
        wx.setScreenBrightness({ value: BRIGHT });
      },
    });
  },

  darken() {
    if (this.brightness) wx.setScreenBrightness({ value: this.brightness });
    this.brightness = undefined;
  },
};

module.exports = { bright };
