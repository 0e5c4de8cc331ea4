"""What a worker can be asked to do, one file each; the headless run is these jobs in order."""
