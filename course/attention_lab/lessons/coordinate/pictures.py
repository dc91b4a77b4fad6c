"""A board whose two marks move with sliders, and the map that a network's gates make from it (lesson e2)."""

from __future__ import annotations

from torch import Tensor, nn

from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.touch import slide
from . import task as boards

PLACES = 4  # how many rows a mark can point at, and how many columns


def _at_four_places(product: Tensor, row: int, column: int) -> str:
    """Says in a sentence how large the product of the gates is where open rows and open columns meet: at the crossing,
    at the two marks and in the corner. Each number is the largest one of its place."""
    in_row, in_column, at_edge = _beside(row), _beside(column), slice(1)
    places = {"at the crossing": (in_row, in_column), "at the mark at the left": (in_row, at_edge),
              "at the mark at the top": (at_edge, in_column), "in the top left corner": (at_edge, at_edge)}
    sizes = [f"{product[place].max():.2f} {words}" for words, place in places.items()]
    return f"It is {', '.join(sizes[:-1])} and {sizes[-1]}."


def _beside(which: int) -> slice:
    """The positions of a map, each of two pixels, that a row or column of squares covers."""
    begins = boards.FIRST + boards.STEP * which
    return slice(begins // 2, (begins + boards.SQUARE - 1) // 2 + 1)


def show_crossings(network: nn.Sequential, pictures: Tensor) -> None:
    """Displays boards, and for each the product of row gates and column gates, averaged over the channels, relative to
    its largest number. Keeps the picture as `my_crossings.png`.

    network: as in `slide_the_marks`.
    """
    layers = list(network)
    rows, columns = boards.gates(layers[2], nn.Sequential(*layers[:2])(pictures).detach())
    products = (rows[..., None] * columns[:, :, None]).mean(1).detach()
    keepsake("my_crossings.png", "A gate for each row times a gate for each column: where do they cross?",
             {"the board": [("", picture) for picture in (pictures + 0.3).clamp(0, 1)],
              "row times column": [("", product / product.max()) for product in products]},
             f"Coordinate Attention, written by hand: {sum(p.numel() for p in layers[2].parameters())} parameters")


def slide_the_marks(network: nn.Sequential) -> None:
    """Displays sliders for the two marks of one board. Beside the board is the product of row gates and column gates,
    averaged over the channels.

    network: two layers, then the learner's trained `CoordinateAttention`, then the remaining layers.
    """
    layers = list(network)
    every = boards.at_every_crossing(seed=5)
    rows, columns = boards.gates(layers[2], nn.Sequential(*layers[:2])(every.pictures).detach())
    products = (rows[..., None] * columns[:, :, None]).mean(1).detach()  # (16, 14, 14)
    brightest = products.max().item()

    def drawn(row: int, column: int) -> list[Panel]:
        return [cells(every.pictures[PLACES * row + column] + 0.3, "board"),
                cells(products[PLACES * row + column], "row gate times column gate", high=brightest)]

    def says(row: int, column: int) -> str:
        product: Tensor = products[PLACES * row + column]
        y, x = divmod(int(product.argmax()), product.shape[1])
        return (f"Marks at row {row}, column {column} of the squares, counted from 0. The product is largest at "
                f"position ({y}, {x}) of the 14 x 14 map: {product.max():.2f}. {_at_four_places(product, row, column)} "
                f"Mean of the map: {product.mean():.2f}.")

    places = {str(place): place for place in range(PLACES)}
    slide({"mark at the left: row": places, "mark at the top: column": places}, drawn, says, start=["1", "2"])
