"""The server: one Flask application that speaks all dialects. Start at `app.create_app` and `http.HttpServer`."""
