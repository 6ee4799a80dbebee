"""The countries, and the regions of the largest, whose public holidays are known.

Asking the `holidays` package about one country loads the modules of all of them, which takes longer than
the whole check of a process; so what is written here is believed without asking.
"""

from holidays.registry import EntityLoader

_REGIONS = {
    "GB": "ENG NIR SCT WLS",
    "DE": "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH",
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
    "CH": "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
    "ES": "AN AR AS CB CE CL CM CN CT EX GA IB MC MD ML NC PV RI VC",
    "US": "AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE NH NJ "
    "NM NV NY OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY",
}
KNOWN = frozenset(EntityLoader.get_country_codes()) | {
    f"{country}-{region}" for country, regions in _REGIONS.items() for region in regions.split()
}
"""Codes as calendars write them: `GB`, `GB-ENG`. There are more regions, which the package knows."""
