"""How is somebody told that something waits for them?"""
