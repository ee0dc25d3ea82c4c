"""Reviews: list, room, acts of the player, footage, own shifts, private moments, typed reasons, a station's month."""

from __future__ import annotations

from django.urls import path

from siyanat.review.views import acts, footage, pages, private

app_name = "review"
urlpatterns = [
    path("", pages.review_list, name="list"),
    path("month/", pages.month, name="month"),
    path("mine/", pages.mine, name="mine"),
    path("mine/<uuid:shift_id>/private/", private.declare, name="declare"),
    path("private/", private.moments, name="private"),
    path("private/<int:restriction_id>/", private.moment, name="moment"),
    path("private/<int:restriction_id>/decide/", private.decide, name="decide_moment"),
    path("private/<int:restriction_id>/keep/", private.keep, name="keep_moment"),
    path("private/<int:restriction_id>/lift/", private.lift, name="lift_moment"),
    path("questions/<uuid:question_id>/", pages.answer, name="answer"),
    path("view/<uuid:shift_id>/", pages.give_reason, name="give_reason"),
    path("grants/<uuid:grant_id>/", pages.grant, name="grant"),
    path("grants/<uuid:grant_id>/film/<uuid:person_id>.m3u8", footage.grant_playlist, name="grant_playlist"),
    path(
        "grants/<uuid:grant_id>/film/<uuid:recording_id>/<int:index>.ts",
        footage.grant_segment,
        name="grant_segment",
    ),
    path(
        "grants/<uuid:grant_id>/still/<uuid:recording_id>/<int:at_ms>.jpg",
        footage.grant_still,
        name="grant_still",
    ),
    path("grants/<uuid:grant_id>/tracks.json", footage.grant_tracks, name="grant_tracks"),
    path("marks/<uuid:mark_id>/withdraw/", acts.withdraw_mark, name="withdraw_mark"),
    path("marks/<uuid:mark_id>/case/", acts.open_case, name="open_case"),
    path("<uuid:review_id>/", pages.page, name="page"),
    path("<uuid:review_id>/begin/", pages.begin, name="begin"),
    path("<uuid:review_id>/take-over/", pages.take_over, name="take_over"),
    path("<uuid:review_id>/film/<uuid:person_id>.m3u8", footage.review_playlist, name="review_playlist"),
    path(
        "<uuid:review_id>/film/<uuid:recording_id>/<int:index>.ts",
        footage.review_segment,
        name="review_segment",
    ),
    path(
        "<uuid:review_id>/still/<uuid:recording_id>/<int:at_ms>.jpg",
        footage.review_still,
        name="review_still",
    ),
    path("<uuid:review_id>/tracks.json", footage.review_tracks, name="review_tracks"),
    path("<uuid:review_id>/played/", acts.played, name="played"),
    path("<uuid:review_id>/marks/", acts.make_mark, name="make_mark"),
    path("<uuid:review_id>/items/<int:item_id>/skip/", acts.skip_item, name="skip_item"),
    path("<uuid:review_id>/questions/", acts.ask, name="ask"),
    path("<uuid:review_id>/sign-off/", acts.sign_off, name="sign_off"),
]
