"""The README's pictures show the course as it is."""

from PIL import Image

from docs import moving_picture


def test_the_moving_picture_shows_todays_reports_and_begins_with_the_red_one():
    _, red, _, green, _, silent = moving_picture.shown()
    assert "0 of 2 points" in red and "2 of 2 points" in green and "no gradient" in silent
    with Image.open(moving_picture.GIF) as made:
        assert made.info["comment"] == moving_picture.digest(), "make it again: python -m docs.moving_picture"
        assert made.n_frames > 1
