"""What did an organisation release, to whom, under which policy?"""
