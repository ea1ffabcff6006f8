"""The screens, one file per subject; each view reads a request, calls a service of ``runs/`` and shows a template."""
