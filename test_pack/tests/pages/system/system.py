"""What lies over all screens, and the splash screen."""

import stbt_core as stbt

VOLUME_BAR = stbt.Region(x=1150, y=154, right=1240, bottom=514)
LOGO = stbt.Region(x=400, y=270, right=880, bottom=390)


class VolumeBar(stbt.FrameObject):
    @property
    def is_visible(self):
        return self.is_muted or bool(stbt.match("speaker.png", frame=self._frame, region=VOLUME_BAR))

    @property
    def is_muted(self):
        return bool(stbt.match("muted.png", frame=self._frame, region=VOLUME_BAR))


class Splash(stbt.FrameObject):
    @property
    def is_visible(self):
        return bool(stbt.match("logo.png", frame=self._frame, region=LOGO))
