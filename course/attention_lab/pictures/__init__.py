"""Pictures of the lessons, with sliders and drawings that respond to the pointer. The functions that are used most can
be imported from here."""

from .difference import yours_against_expected
from .images import heat_map_over, maps_below, show, show_gate, show_images, show_maps, show_means
from .prediction import predict_then_run
from .scores import ScorePlot, score_bars
from .style import ALERT, FEATURES, INK, LAYERS, MAPS, OTHER, PAPER

__all__ = ["ALERT", "FEATURES", "INK", "LAYERS", "MAPS", "OTHER", "PAPER", "ScorePlot", "heat_map_over", "maps_below",
           "predict_then_run", "score_bars",
           "show", "show_gate", "show_images", "show_maps", "show_means", "yours_against_expected"]
