"""Our own line drawings, 24 by 24, one for each characteristic and column: SVG paths drawn with a round pen."""

from __future__ import annotations

ICONS = {
    "region": (
        "M12 21c-4-5-6.5-8-6.5-11.5a6.5 6.5 0 0 1 13 0C18.5 13 16 16 12 21z M12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    ),
    "age": "M4 6h16v14H4z M4 10.5h16 M8 3.5v4 M16 3.5v4 M8 14h3 M14 14h2 M8 17h3",
    "gender": (
        "M8 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M3 20c0-5 2-8 5-8s5 3 5 8 "
        "M16.5 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M14.5 13.2c3.5-1.3 6.5 1.5 6.5 6.8"
    ),
    "marital": "M9 20a6 6 0 1 0 0-12 6 6 0 0 0 0 12z M15 20a6 6 0 1 0 0-12 6 6 0 0 0 0 12z M7 3.5h4l-2 3z",
    "children": "M12 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M7 21l1.5-8h7L17 21z M8.5 14l-3.5-3 M15.5 14l3.5-3",
    "education": "M2.5 9.5L12 5l9.5 4.5L12 14z M6.5 11.5v5c3 2.6 8 2.6 11 0v-5 M21.5 9.5v6",
    "occupation": "M3.5 8h17v12h-17z M9 8V5h6v3 M3.5 13h17 M11 13v2h2v-2",
    "disability_group": (
        "M11 5.5a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2z M11 8v6h5l3 6 M11 10.5h4.5 M9 12a5 5 0 1 0 5.5 7"
    ),
    "unemployed_months": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3.5 2.5",
    "channel": "M4 5h16v11h-9l-4.5 4v-4H4z M8 9.5h8 M8 12.5h5",
    "goal": (
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z M12 12l8-8 M17 4v3h3"
    ),
    "income": "M3.5 7h17v11h-17z M12 15a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M6.5 12.5h.5 M17 12.5h.5",
    "housing": "M3.5 11.5L12 4l8.5 7.5 M6 10v10h12V10 M10 20v-6h4v6",
    "headcount": (
        "M12 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M7 20c0-5 2-7.5 5-7.5s5 2.5 5 7.5z M5 11a2 2 0 1 0 0-4 "
        "M2 18c0-3 1-4.5 3-4.5 M19 11a2 2 0 1 1 0-4 M22 18c0-3-1-4.5-3-4.5"
    ),
    "industry": "M3 20V10l6 4v-4l6 4V4h4l1.5 16z M7 17h2 M12 17h2 M17 17h1",
    "legal_form": "M6 3h9l4 4v14H6z M14.5 3v4.5H19 M9 12h7 M9 15h7 M9 18h4",
    "transport": "M5 4h14v13H5z M5 11h14 M8 20v-3 M16 20v-3 M8 14h1 M15 14h1",
    "mobility": "M3 12h17 M14 6l6 6-6 6",
    "info_source": "M4 5h12v15H4z M16 9h4v9a2 2 0 0 1-4 0 M7 9h6 M7 12h6 M7 15h4",
    "skills": "M3 5h18v12H3z M8 21h8 M12 17v4 M9 9l-2 2 2 2 M15 9l2 2-2 2",
    "value": "M12 20.5C5 15.5 2.5 12 2.5 8.5a4.7 4.7 0 0 1 9.5-1.3 4.7 4.7 0 0 1 9.5 1.3c0 3.5-2.5 7-9.5 12z",
    "desire": "M12 2.8l2.8 6 6.4.8-4.7 4.5 1.2 6.5L12 17.4l-5.7 3.2 1.2-6.5-4.7-4.5 6.4-.8z",
    "pain": "M12 3.5L22 20.5H2z M12 10v5 M12 17.5v.5",
    "other": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M8 12h.5 M12 12h.5 M16 12h.5",
    "group": (
        "M12 10a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8z M6 21c0-6 2.2-8.6 6-8.6s6 2.6 6 8.6z "
        "M4.6 10.6a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z M1 18.6c0-4 1.3-5.8 3.6-5.8 "
        "M19.4 10.6a2.4 2.4 0 1 1 0-4.8 2.4 2.4 0 0 1 0 4.8z M23 18.6c0-4-1.3-5.8-3.6-5.8"
    ),
}

ICONS |= {
    name: ICONS[like]
    for like, names in {
        "goal": ("goals", "motivation"),
        "disability_group": ("disability_reason", "health_limits"),
        "children": ("dependants",),
        "income": ("wages",),
        "value": ("benefits",),
        "desire": ("attractive",),
        "pain": ("unattractive",),
        "industry": ("particulars",),
        "region": ("climate",),
        "group": ("culture",),
    }.items()
    for name in names
}


def path(name: str) -> str:
    return ICONS.get(name, ICONS["other"])


def svg(name: str, colour: str = "currentColor", size: int = 24, pen: float = 1.6) -> str:
    """A whole SVG picture of the icon."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
        f'stroke="{colour}" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f'<path d="{path(name)}"/></svg>'
    )
