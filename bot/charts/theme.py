"""How charts look: a card of its own that reads on dark and light backgrounds, and on a phone. Lengths in pixels."""

WIDTH, HEIGHT = 1600, 900
DPI = 200
CORNER = 48

PLOT_LEFT, PLOT_RIGHT = 188, 1544
PLOT_TOP, PLOT_BOTTOM = 318, 796
MARGIN = 56

TITLE_SIZE = 42
TOTAL_SIZE = 92
CHANGE_SIZE = 42
TICK_SIZE = 36
LEGEND_SIZE = 34
EMPTY_SIZE = 48

CARD = "#171a26"
EDGE = "#31374d"
GRID = "#2b3044"
BASELINE = "#525a75"
TEXT = "#f4f6fb"
MUTED = "#a8b0c8"
BAR = "#6f8cff"
BEST = "#4fe0a6"
LOSS = "#ff7b86"
LINE = "#c3c9da"

BAR_SHARE = 0.72
MAX_BAR_WIDTH = 120
BAR_CORNER = 12
MIN_BAR_HEIGHT = 8
ZERO_HEIGHT = 5
