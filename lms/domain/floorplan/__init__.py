"""Draw a course as a building: modules are rooms, prerequisites are doors, what is done is lit.

Same numbers, same building, byte for byte. `layout` depends on the outline alone and can be cached by version;
`draw` adds what one learner has done.
"""

from lms.domain.floorplan.building import layout
from lms.domain.floorplan.drawing import draw
from lms.domain.floorplan.model import ItemMark, Layout, PlanWords, Room

__all__ = ["ItemMark", "Layout", "PlanWords", "Room", "draw", "layout"]
