"""The icon set: one stroke, 24 by 24, drawn for this product.

Kept here: the path of each icon, drawn with a stroke of the text's own colour. An icon stands beside words
and is hidden from screen readers; it never says anything alone.
"""

from __future__ import annotations

PATHS: dict[str, str] = {
    "alert": "M12 4 21 19H3ZM12 10v4M12 16.5v.5",
    "archive": "M4 8h16v11H4ZM3 4h18v4H3ZM10 12h4",
    "back": "M19 12H5M11 6l-6 6 6 6",
    "bolt": "M13 3 5 14h6l-1 7 8-11h-6Z",
    "calendar": "M4 6h16v14H4ZM4 10h16M8 3v4M16 3v4",
    "camera": "M3 7h12v10H3ZM15 11l6-3v8l-6-3",
    "case": "M4 8h16v11H4ZM9 8V5h6v3M4 13h16",
    "chart": "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
    "check": "M5 12.5 10 17 19 7",
    "chevron": "M9 6l6 6-6 6",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
    "close": "M6 6l12 12M18 6 6 18",
    "download": "M12 4v11M7 10.5 12 15.5 17 10.5M5 20h14",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12"
    "M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "flag": "M6 21V4h11l-2 4 2 4H6",
    "inbox": "M4 13 6.5 5h11L20 13v6H4ZM4 13h5l1 3h4l1-3h5",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5M12 7.5v.5",
    "language": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18"
    "M3 12h18M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9S9 6 12 3",
    "lock": "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "logout": "M10 4H5v16h5M9.5 12H20M16 8l4 4-4 4",
    "pause": "M8 5v14M16 5v14",
    "pen": "M5 19l1-4L16 5l3 3L9 18ZM14 7l3 3",
    "play": "M7 5l12 7-12 7Z",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 9V4h10v5M5 9h14v8H5ZM8 14h8v6H8Z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20",
    "shield": "M12 3l7.5 2.5v6c0 4.6-3 8-7.5 9.5-4.5-1.5-7.5-4.9-7.5-9.5v-6Z",
    "sort": "M8 10l4-4 4 4M8 14l4 4 4-4",
    "sort-down": "M12 6v12M7 13l5 5 5-5",
    "sort-up": "M12 18V6M7 11l5-5 5 5",
    "star": "M12 4l2.4 5.1 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.8l5.6-.7Z",
    "theme": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 8h7.5M12 12h9M12 16h7.5",
    "trash": "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
    "upload": "M12 16V5M7 9.5 12 4.5 17 9.5M5 20h14",
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
}
