"""The pages of the wizard, one file each, named after the stage of the workflow they show."""
