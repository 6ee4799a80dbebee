"""When the workspace itself is open, whatever its processes say."""

from engine.language.calendar import WorkCalendar
from engine.language.library import Library, workspace_definitions
from engine.language.resources import Calendar
from engine.settings import Settings, SettingsError


def opening_hours(settings: Settings) -> WorkCalendar:
    """Those of the calendar that `notices.calendar` names; from Monday to Friday, nine to five, where none is named.
    Raises SettingsError for one that is not there or has mistakes."""
    name = settings.notices.calendar
    if name is None:
        return WorkCalendar.of(Calendar(calendar="workspace", time_zone=settings.time_zone))
    found = Library(workspace_definitions(settings.workspace), {}).get("calendars", name)
    if found is None or not isinstance(found.root, Calendar):
        raise SettingsError((f"notices.calendar names `{name}`, and there is no such calendar without mistakes",))
    return WorkCalendar.of(found.root)
