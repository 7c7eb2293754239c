"""How did the tables of dashboards come to be?"""
