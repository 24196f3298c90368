"""What the verbs of the desk share: a base template, one style sheet, colours, drawing as plain shapes, and terminals.

Comes in: shapes and texts. Goes out: a page in one file that asks no other host for anything, SVG, or lines of text.
May import: nothing of the other rooms.

    colours   a scale from light to dark that reads alike to the colour-blind and in black and white
    shapes    rectangles, texts and hatching, which SVG and the PNG are drawn from
    html      the page around what a verb has to show; base.html.j2 and style.css
    forms     text, page and data, in which each verb tells what it found
    terminal  lines of text in the columns of a terminal
"""
