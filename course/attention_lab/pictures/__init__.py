"""Pictures of the lessons, and what can be touched. The most used of them are imported from here."""

from .difference import yours_against_expected
from .images import heat_map_over, maps_below, show, show_gate, show_images, show_maps, show_means
from .prediction import predict_then_run
from .scores import score_bars
from .style import ALERT, FEATURES, INK, LAYERS, MAPS, OTHER, PAPER

__all__ = ["ALERT", "FEATURES", "INK", "LAYERS", "MAPS", "OTHER", "PAPER", "heat_map_over", "maps_below",
           "predict_then_run", "score_bars",
           "show", "show_gate", "show_images", "show_maps", "show_means", "yours_against_expected"]
