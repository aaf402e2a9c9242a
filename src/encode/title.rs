//! What a layer is called, in both languages.

use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::{Bilingual, Theme};
use crate::domain::region::Level;

/// The title of a theme in a geography, for example `Poverty by district`.
pub fn title(theme: &Theme, geography: Geography) -> Bilingual {
    let place = geography_title(geography);
    Bilingual {
        en: format!("{} by {}", theme.title.en, place.en),
        id: format!("{} menurut {}", theme.title.id, place.id),
    }
}

/// What a geography is called.
pub fn geography_title(geography: Geography) -> Bilingual {
    let (en, id) = match geography {
        Geography::Region(Level::Province) => ("province", "provinsi"),
        Geography::Region(Level::Regency) => ("regency", "kabupaten/kota"),
        Geography::Region(Level::District) => ("district", "kecamatan"),
        Geography::Region(Level::Village) => ("village", "desa/kelurahan"),
        Geography::Hexagon(HexagonSize::Hex4) => ("hexagon 4", "heksagon 4"),
        Geography::Hexagon(HexagonSize::Hex5) => ("hexagon 5", "heksagon 5"),
        Geography::Hexagon(HexagonSize::Hex6) => ("hexagon 6", "heksagon 6"),
        Geography::Hexagon(HexagonSize::Hex7) => ("hexagon 7", "heksagon 7"),
        Geography::Hexagon(HexagonSize::Hex8) => ("hexagon 8", "heksagon 8"),
    };
    Bilingual { en: en.to_owned(), id: id.to_owned() }
}
