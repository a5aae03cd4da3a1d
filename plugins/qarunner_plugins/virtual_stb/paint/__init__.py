"""Draws the box: a state and a time give a picture. cv2 and numpy only."""
