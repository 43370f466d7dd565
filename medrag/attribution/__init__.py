"""Attribution: any text checked, claim by claim, against the passages it cites."""
