"""The dialect ``qatrack``: units, test lists and their results as QATrack+ knows them."""
