"""How is it meant to work, whom does it touch, and what could stand in its way?"""
