"""The gradebook of a run: what is half written of one student never comes along with the next."""

from contextlib import nullcontext

import pytest

from autograder.classroom.one_gradebook import OneGradebook

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("around", [nullcontext, OneGradebook.everywhere])
def test_what_fails_is_forgotten(tmp_path, around):
    gradebook = OneGradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "course")
    with around(gradebook):  # as in a run, or not
        with pytest.raises(RuntimeError):
            with gradebook.transaction():
                gradebook.gradebook.update_or_create_student("half")
                raise RuntimeError
        with gradebook.transaction():
            gradebook.gradebook.update_or_create_student("whole")
            gradebook.keep()
        with gradebook.transaction():
            assert [student.id for student in gradebook.gradebook.students] == ["whole"]
