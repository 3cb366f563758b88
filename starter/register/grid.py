"""Places on the British national grid, given as latitude and longitude.

The formulas are those of the Ordnance Survey's "A guide to coordinate systems in Great Britain": back from
the transverse Mercator projection on the Airy ellipsoid of 1830, then by seven parameters to WGS84. They are
right to a few metres, which is enough for how far two schools are from each other.
"""

from math import atan2, cos, degrees, pi, radians, sin, sqrt, tan
from typing import Final

_AIRY: Final = (6_377_563.396, 6_356_256.909)
_WGS84: Final = (6_378_137.0, 6_356_752.3142)
_SCALE: Final = 0.9996012717
_ORIGIN: Final = (radians(49), radians(-2))
_FALSE: Final = (400_000.0, -100_000.0)
_SHIFT: Final = (446.448, -125.157, 542.060)
_TURN: Final = tuple(value * pi / 648_000 for value in (0.1502, 0.2470, 0.8421))
"""Seconds of arc, in radians."""
_STRETCH: Final = -20.4894e-6

LARGEST_EASTING: Final = 700_000
LARGEST_NORTHING: Final = 1_300_000


def millionths(easting: float, northing: float) -> tuple[int, int]:
    """Latitude and longitude on WGS84, in millionths of a degree, of a point in metres on the grid."""
    latitude, longitude = _to_wgs84(*airy(easting, northing))
    return round(degrees(latitude) * 1_000_000), round(degrees(longitude) * 1_000_000)


def airy(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude on the Airy ellipsoid, in radians."""
    a, b = _AIRY
    phi0, lambda0 = _ORIGIN
    e2 = 1 - (b * b) / (a * a)
    phi, arc = phi0, 0.0
    while northing - _FALSE[1] - arc >= 0.00001:
        phi += (northing - _FALSE[1] - arc) / (a * _SCALE)
        arc = _arc(phi)
    s2 = sin(phi) ** 2
    nu = a * _SCALE / sqrt(1 - e2 * s2)
    rho = a * _SCALE * (1 - e2) / (1 - e2 * s2) ** 1.5
    eta2 = nu / rho - 1
    t, sec, d = tan(phi), 1 / cos(phi), easting - _FALSE[0]
    vii = t / (2 * rho * nu)
    viii = t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
    ix = t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4)
    x = sec / nu
    xi = sec / (6 * nu**3) * (nu / rho + 2 * t**2)
    xii = sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4)
    xiia = sec / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    latitude = phi - vii * d**2 + viii * d**4 - ix * d**6
    return latitude, lambda0 + x * d - xi * d**3 + xii * d**5 - xiia * d**7


def _arc(phi: float) -> float:
    """Length of the meridian from the true origin."""
    a, b = _AIRY
    n = (a - b) / (a + b)
    apart, together = phi - _ORIGIN[0], phi + _ORIGIN[0]
    return (
        b
        * _SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * apart
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(apart) * cos(together)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * apart) * cos(2 * together)
            - 35 / 24 * n**3 * sin(3 * apart) * cos(3 * together)
        )
    )


def _to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    a, b = _AIRY
    e2 = 1 - (b * b) / (a * a)
    nu = a / sqrt(1 - e2 * sin(latitude) ** 2)
    x, y = nu * cos(latitude) * cos(longitude), nu * cos(latitude) * sin(longitude)
    z = (1 - e2) * nu * sin(latitude)
    rx, ry, rz = _TURN
    s = 1 + _STRETCH
    x, y, z = (
        _SHIFT[0] + x * s - y * rz + z * ry,
        _SHIFT[1] + x * rz + y * s - z * rx,
        _SHIFT[2] - x * ry + y * rx + z * s,
    )
    a, b = _WGS84
    e2 = 1 - (b * b) / (a * a)
    p = sqrt(x * x + y * y)
    phi = atan2(z, p * (1 - e2))
    for _ in range(6):
        nu = a / sqrt(1 - e2 * sin(phi) ** 2)
        phi = atan2(z + e2 * nu * sin(phi), p)
    return phi, atan2(y, x)
