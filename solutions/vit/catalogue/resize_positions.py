"""What learners write for `resize_positions`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import detached

PICTURE = "positions[:, prefix:].transpose(1, 2).unflatten(2, (h, w))"
RESIZED = 'F.interpolate(picture, size=tuple(new_grid), mode="bicubic", align_corners=False)'
JOINED = "torch.cat([positions[:, :prefix], resized.flatten(2).transpose(1, 2)], dim=1)"
REFUSAL = "if positions.shape[1] != prefix + h * w:"
SAME = "if tuple(old_grid) == tuple(new_grid):"

RIGHT = {
    "as-in-deit": """
def resize_positions(positions, old_grid, new_grid, prefix=1):
    if positions.size(1) - prefix != old_grid[0] * old_grid[1]:
        raise ValueError(f"{positions.size(1)} vectors for a grid of {old_grid}")
    kept, grid = positions[:, :prefix], positions[:, prefix:]
    grid = grid.reshape(1, old_grid[0], old_grid[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=new_grid, mode="bicubic", align_corners=False)
    grid = grid.permute(0, 2, 3, 1).reshape(1, new_grid[0] * new_grid[1], -1)
    return torch.cat((kept, grid), dim=1)
""",
    "transposed": """
def resize_positions(positions, old_grid, new_grid, prefix=1):
    height, width = old_grid
    count = positions.shape[1]
    if count != height * width + prefix:
        raise ValueError(f"{count} vectors, but {prefix} and {height} x {width} make {height * width + prefix}")
    if tuple(new_grid) == tuple(old_grid):
        return positions
    kept, grid = positions.split((prefix, count - prefix), dim=1)
    grid = F.interpolate(grid.mT.unflatten(2, (height, width)), tuple(new_grid), mode="bicubic", align_corners=False)
    return torch.hstack((kept, grid.flatten(start_dim=2).mT))
""",
}

MISTAKES = (
    Mistake("resize-bilinear", "You resize bilinearly. The vectors are resized bicubically, as in timm: "
            'mode="bicubic".', {'mode="bicubic", align_corners=False': 'mode="bilinear", align_corners=False'}, hint=3),
    Mistake("resize-nearest", 'You take the nearest vector. Resize bicubically: mode="bicubic".',
            {RESIZED: 'F.interpolate(picture, size=tuple(new_grid), mode="nearest")'}, hint=3),
    Mistake("resize-corners", "You resize with align_corners=True, which keeps the outermost vectors in the corners. "
            "Leave it False.", {"align_corners=False": "align_corners=True"}, hint=3),
    Mistake("resize-antialias", "You resize with antialias=True. Here it is left out.",
            {"align_corners=False": "align_corners=False, antialias=True"}, hint=3),
    Mistake("resize-transposed-grid", "You read the vectors as w rows of h. They are h rows of w.",
            {PICTURE: "positions[:, prefix:].transpose(1, 2).unflatten(2, (w, h))"}, hint=2),
    Mistake("resize-scrambled", "`reshape` turns (1, h * w, dim) into (1, dim, h, w) without moving an axis, so "
            "vectors and places are mixed up. Put the channels in front first.",
            {PICTURE: "positions[:, prefix:].reshape(1, -1, h, w)"}, hint=2),
    Mistake("resize-scrambled-back", "`reshape` turns (1, dim, h', w') into (1, h' * w', dim) without moving an axis. "
            "Flatten the places, and then exchange the axes.",
            {"resized.flatten(2).transpose(1, 2)": "resized.reshape(1, -1, positions.shape[2])"}, hint=2),
    Mistake("resize-prefix-last", "The vectors in front come out at the end. Keep them in front.",
            {JOINED: "torch.cat([resized.flatten(2).transpose(1, 2), positions[:, :prefix]], dim=1)"}, hint=1),
    Mistake("resize-prefix-lost", "The vectors in front are lost. Join them to the resized ones.",
            {JOINED: "resized.flatten(2).transpose(1, 2)"}, hint=1),
    Mistake("resize-prefix-of-one", "You always keep one vector in front. `prefix` says how many there are.",
            {REFUSAL: "prefix = min(prefix, 1)\n    if positions.shape[1] < prefix + h * w:",
             "positions[:, prefix:]": "positions[:, -h * w:]"}),
    Mistake("resize-by-count", "You compare how many places the two grids have. Two grids of equally many places, such "
            "as 2 x 6 and 3 x 4, may differ: compare the grids themselves.",
            {SAME: "if h * w == new_grid[0] * new_grid[1]:"}, hint=1),
    Mistake("resize-square", "You make both sides of the picture the root of the number of vectors. Use `old_grid`.",
            {PICTURE: "positions[:, prefix:].transpose(1, 2).unflatten(2, (int((h * w) ** 0.5), -1))"}, hint=2),
    Mistake("resize-square-result", "Your new picture is a square. Use `new_grid`: rows, then columns.",
            {"size=tuple(new_grid)": "size=(int((new_grid[0] * new_grid[1]) ** 0.5),) * 2"}),
    Mistake("resize-exchanged-result", "Rows and columns of the new grid have changed places.",
            {"size=tuple(new_grid)": "size=tuple(new_grid)[::-1]"}),
    Mistake("resize-no-error", "A number of vectors that does not fit the old grid raises no ValueError. Compare it "
            "with prefix + h * w first.", {REFUSAL: "if False:"}, hint=1),
    Mistake("resize-too-few-only", "You refuse too few vectors, but not too many. Compare with `!=`.",
            {REFUSAL: "if positions.shape[1] < prefix + h * w:", "positions[:, prefix:]":
             "positions[:, prefix:prefix + h * w]"}),
    Mistake("resize-error-too-late", "For equal grids you return before the vectors are counted. Count them first.",
            {REFUSAL: "if tuple(old_grid) != tuple(new_grid) and positions.shape[1] != prefix + h * w:"}),
    Mistake("resize-prefix-by-default", "If `prefix` is not given, your code uses 0. The default should be 1.",
            {"prefix: int = 1": "prefix: int = 0"}),
    detached("resize-detached", "the vectors are detached, so they would never learn at another size",
             {PICTURE: f"{PICTURE}.detach()"}),
    Mistake("resize-float32", "You resize in float32 and go back, which rounds the numbers. Keep their dtype.",
            {RESIZED: RESIZED.replace("picture,", "picture.float(),") + ".to(positions)"}, grain="float32"),
)

EQUIVALENT = (
    "1: positions first of the batch for all", "1: positions mean of the batch for all", "4: message without numbers",
    "4: no message", "4: message without positions.shape[1]", "4: message without prefix", "4: message without h",
    "4: message without w", "5: never tuple(old_grid) == tuple(new_grid)", "5: tuple left out",
    "5: tuple left out (2)", "6: first of the batch for all", "6: mean of the batch for all", "6: batch reversed",
    "6: nothing returned", "6: printed", "6: without gradients", "6: in inference mode", "6: float32 on the way",
    "6: a tensor without device added", "7: arguments 0 and 1 of transpose exchanged", "8: tuple left out",
    "8: interpolate without align_corners", "9: first of the batch for all", "9: mean of the batch for all",
    "9: batch reversed", "9: arguments 0 and 1 of transpose exchanged",
)
