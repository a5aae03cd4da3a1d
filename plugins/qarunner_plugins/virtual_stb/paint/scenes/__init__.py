"""The moving pictures: television channels, films and, standing still, the art of the cards.

A scene is made once for a size, a palette and a seed, and then paints any moment of itself.
"""
