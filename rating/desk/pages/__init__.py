"""What the pages of the desk share: a base template, one style sheet, colours, and drawing as plain shapes.

Comes in: shapes and texts. Goes out: a page in one file that asks no other host for anything, or SVG.
May import: nothing of the other rooms.

    colours  a scale from light to dark that reads alike to the colour-blind and in black and white
    shapes   rectangles, texts and hatching, which SVG and the PNG are drawn from
    html     the page around what a verb has to show; base.html.j2 and style.css
    forms    text, page and data, in which each verb tells what it found
"""
