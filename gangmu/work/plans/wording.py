"""Rules of the room as people read them."""

from django.utils.translation import gettext as translate

from gangmu.core.days import DayRule


def rule_in_words(rule: DayRule) -> str:
    """Return how a day follows from a period, in a sentence."""
    if rule.first_workday_of:
        return translate(
            "the first working day of the period"
            if rule.first_workday_of == "period"
            else "the first working day of the next period"
        )
    if rule.last_workday_of:
        return translate(
            "the last working day of the period"
            if rule.last_workday_of == "period"
            else "the last working day of the next period"
        )
    if rule.workdays_after_issue is not None:
        return translate("%(count)s working days after it is issued") % {"count": rule.workdays_after_issue}
    if rule.next_day is not None:
        return translate("day %(day)s of the month after the period") % {"day": rule.next_day}
    return translate("day %(day)s of the period's last month") % {"day": rule.day}
