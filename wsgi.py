"""The application, for any WSGI server: `gunicorn wsgi:app`, `granian --interface wsgi wsgi:app`."""

from moderation.web import create_serving_app

app = create_serving_app()
