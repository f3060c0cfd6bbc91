"""Business days in addresses: `<day:day>` on pages, `{day:day}` in the API."""

from datetime import date


class DayConverter:
    """An ISO date in a path; anything else is 404."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)
