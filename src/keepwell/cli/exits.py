"""With which status does a command leave?"""

DONE, WARNED, REFUSED, OUR_FAULT = 0, 1, 2, 70
