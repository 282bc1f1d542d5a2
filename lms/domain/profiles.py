"""Links by which a holder puts a certificate into a profile elsewhere; they say everything in the address."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

LINKEDIN = "https://www.linkedin.com/profile/add"


def linkedin(
    *, title: str, organisation: str, issued: datetime, until: datetime | None, address: str, code: str
) -> str:
    """Return the link that fills in LinkedIn's form for a certificate (LinkedIn, "Add to Profile")."""
    said: dict[str, str | int] = {
        "startTask": "CERTIFICATION_NAME",
        "name": title,
        "organizationName": organisation,
        "issueYear": issued.year,
        "issueMonth": issued.month,
    }
    if until:
        said |= {"expirationYear": until.year, "expirationMonth": until.month}
    return f"{LINKEDIN}?{urlencode(said | {'certUrl': address, 'certId': code})}"
