"""The narrow door: few names, in order, and each of them there."""

import evenhand


def test_the_public_names_are_about_a_dozen_in_order() -> None:
    assert evenhand.__all__ == sorted(evenhand.__all__)
    assert 10 <= len(evenhand.__all__) <= 16


def test_each_public_name_is_there_and_says_what_it_is() -> None:
    for name in evenhand.__all__:
        assert getattr(evenhand, name).__doc__


def test_the_version_is_a_release() -> None:
    assert all(part.isdigit() for part in evenhand.__version__.split("."))
