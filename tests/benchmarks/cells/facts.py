"""What the kernel that shows an explorer weighs, and whether TensorFlow got into it."""

import os
import sys
from pathlib import Path

from IPython.display import display

pages = int(Path("/proc/self/statm").read_text().split()[1])
display(f"FACTS {pages * os.sysconf('SC_PAGE_SIZE')} {'tensorflow' in sys.modules}")
