"""`Color`: .NET's named colours for series of charts, and colours by their red, green and blue parts (0..255)."""

from __future__ import annotations

from typing import ClassVar

from lyra.engine.naming import LeanObject, constant_case

# The web colours, each name followed by its hexadecimal value.
_NAMED = """
AliceBlue F0F8FF AntiqueWhite FAEBD7 Aqua 00FFFF Aquamarine 7FFFD4 Azure F0FFFF Beige F5F5DC Bisque FFE4C4 Black 000000
BlanchedAlmond FFEBCD Blue 0000FF BlueViolet 8A2BE2 Brown A52A2A BurlyWood DEB887 CadetBlue 5F9EA0 Chartreuse 7FFF00 Chocolate D2691E
Coral FF7F50 CornflowerBlue 6495ED Cornsilk FFF8DC Crimson DC143C Cyan 00FFFF DarkBlue 00008B DarkCyan 008B8B DarkGoldenrod B8860B
DarkGray A9A9A9 DarkGreen 006400 DarkKhaki BDB76B DarkMagenta 8B008B DarkOliveGreen 556B2F DarkOrange FF8C00 DarkOrchid 9932CC
DarkRed 8B0000 DarkSalmon E9967A DarkSeaGreen 8FBC8B DarkSlateBlue 483D8B DarkSlateGray 2F4F4F DarkTurquoise 00CED1 DarkViolet 9400D3
DeepPink FF1493 DeepSkyBlue 00BFFF DimGray 696969 DodgerBlue 1E90FF Firebrick B22222 FloralWhite FFFAF0 ForestGreen 228B22
Fuchsia FF00FF Gainsboro DCDCDC GhostWhite F8F8FF Gold FFD700 Goldenrod DAA520 Gray 808080 Green 008000 GreenYellow ADFF2F
Honeydew F0FFF0 HotPink FF69B4 IndianRed CD5C5C Indigo 4B0082 Ivory FFFFF0 Khaki F0E68C Lavender E6E6FA LavenderBlush FFF0F5
LawnGreen 7CFC00 LemonChiffon FFFACD LightBlue ADD8E6 LightCoral F08080 LightCyan E0FFFF LightGoldenrodYellow FAFAD2 LightGray D3D3D3
LightGreen 90EE90 LightPink FFB6C1 LightSalmon FFA07A LightSeaGreen 20B2AA LightSkyBlue 87CEFA LightSlateGray 778899
LightSteelBlue B0C4DE LightYellow FFFFE0 Lime 00FF00 LimeGreen 32CD32 Linen FAF0E6 Magenta FF00FF Maroon 800000
MediumAquamarine 66CDAA MediumBlue 0000CD MediumOrchid BA55D3 MediumPurple 9370DB MediumSeaGreen 3CB371 MediumSlateBlue 7B68EE
MediumSpringGreen 00FA9A MediumTurquoise 48D1CC MediumVioletRed C71585 MidnightBlue 191970 MintCream F5FFFA MistyRose FFE4E1
Moccasin FFE4B5 NavajoWhite FFDEAD Navy 000080 OldLace FDF5E6 Olive 808000 OliveDrab 6B8E23 Orange FFA500 OrangeRed FF4500
Orchid DA70D6 PaleGoldenrod EEE8AA PaleGreen 98FB98 PaleTurquoise AFEEEE PaleVioletRed DB7093 PapayaWhip FFEFD5 PeachPuff FFDAB9
Peru CD853F Pink FFC0CB Plum DDA0DD PowderBlue B0E0E6 Purple 800080 Red FF0000 RosyBrown BC8F8F RoyalBlue 4169E1 SaddleBrown 8B4513
Salmon FA8072 SandyBrown F4A460 SeaGreen 2E8B57 SeaShell FFF5EE Sienna A0522D Silver C0C0C0 SkyBlue 87CEEB SlateBlue 6A5ACD
SlateGray 708090 Snow FFFAFA SpringGreen 00FF7F SteelBlue 4682B4 Tan D2B48C Teal 008080 Thistle D8BFD8 Tomato FF6347 Transparent FFFFFF
Turquoise 40E0D0 Violet EE82EE Wheat F5DEB3 White FFFFFF WhiteSmoke F5F5F5 Yellow FFFF00 YellowGreen 9ACD32
"""


class Color(LeanObject):
    """A colour. `Color.RED` and `Color.Red` name one; `Color.EMPTY` leaves the choice to the chart."""

    r: int
    g: int
    b: int
    name: str
    EMPTY: ClassVar[Color]
    Empty: ClassVar[Color]

    def __init__(self, r: int, g: int, b: int, name: str = "", empty: bool = False) -> None:
        self.r, self.g, self.b = r, g, b
        self.name = name or f"ff{r:02x}{g:02x}{b:02x}"
        self._is_empty = empty

    @property
    def is_empty(self) -> bool:
        """Whether no colour was chosen."""
        return self._is_empty

    @staticmethod
    def from_argb(*parts: int) -> Color:
        """A colour of (red, green, blue), or of (alpha, red, green, blue)."""
        r, g, b = parts[-3:]
        return Color(int(r), int(g), int(b))

    def to_hex(self) -> str:
        """`#RRGGBB`, empty for no colour."""
        return "" if self._is_empty else f"#{self.r:02X}{self.g:02X}{self.b:02X}"

    def __str__(self) -> str:
        return f"Color [{self.name}]"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Color) and (self.to_hex(), self.name) == (other.to_hex(), other.name)

    def __hash__(self) -> int:
        return hash((self.to_hex(), self.name))


def _add_named() -> None:
    words = _NAMED.split()
    for name, value in zip(words[::2], words[1::2], strict=True):
        color = Color(int(value[:2], 16), int(value[2:4], 16), int(value[4:], 16), name)
        setattr(Color, name, color)
        setattr(Color, constant_case(name), color)


Color.EMPTY = Color.Empty = Color(0, 0, 0, "0", empty=True)
_add_named()
