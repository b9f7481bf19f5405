"""The figures of reports, drawn by matplotlib. They contain no words of users: legends are part of the page."""
