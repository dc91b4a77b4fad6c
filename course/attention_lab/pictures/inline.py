"""Pictures inside a page: the address holds the whole image, at its own resolution."""

from __future__ import annotations

import base64
import io

from torch import Tensor

PHOTO = 96  # pixels of the longer side, from which on a picture is drawn smoothly


def inline(picture: Tensor) -> tuple[str, str]:
    """Returns a picture (3, H, W) from 0 to 1 as an address, and how it is enlarged: a photograph smoothly, cells with
    sharp edges."""
    from PIL import Image  # comes with matplotlib

    image = Image.fromarray((255 * picture.detach().cpu().permute(1, 2, 0)).round().byte().numpy())
    photo = max(image.size) >= PHOTO
    content = io.BytesIO()
    image.save(content, "JPEG" if photo else "PNG", **({"quality": 82} if photo else {}))
    data = base64.b64encode(content.getvalue()).decode()
    return (f"data:image/{'jpeg' if photo else 'png'};base64,{data}",
            "" if photo else ' style="image-rendering: pixelated"')
