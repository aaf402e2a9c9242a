//! The zooms at which levels of region are cut into tiles, and how: `tiles/zooms.toml`.

use serde::Deserialize;

use super::region::Level;

/// The side of a tile in units, as most tiles have it.
pub const EXTENT: i32 = 4096;

/// How regions are cut into tiles.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoomSettings {
    /// How far a border may move to lose corners, in units of a tile.
    pub tolerance: f64,
    /// What a tile holds beyond each of its sides, in units.
    pub margin: i32,
    province: Zooms,
    regency: Zooms,
    district: Zooms,
    village: Zooms,
}

/// The zooms that are cut; both ends belong to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zooms {
    pub least: u8,
    pub most: u8,
}

impl ZoomSettings {
    /// Those that the program was compiled with.
    pub fn embedded() -> Self {
        toml::from_str(include_str!("../../tiles/zooms.toml")).expect("a test reads the file")
    }

    pub const fn of(&self, level: Level) -> Zooms {
        match level {
            Level::Province => self.province,
            Level::Regency => self.regency,
            Level::District => self.district,
            Level::Village => self.village,
        }
    }
}

impl Zooms {
    pub const fn holds(self, zoom: u8) -> bool {
        self.least <= zoom && zoom <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tile::DEEPEST_ZOOM;

    #[test]
    fn every_level_has_zooms_of_which_the_deeper_level_has_deeper_ones() {
        let settings = ZoomSettings::embedded();
        assert!(settings.tolerance > 0.0 && (0..EXTENT).contains(&settings.margin));
        for level in Level::ALL {
            let zooms = settings.of(level);
            assert!(zooms.least <= zooms.most && zooms.most <= DEEPEST_ZOOM);
            if let Some(above) = level.above() {
                assert!(settings.of(above).most < zooms.most);
                assert!(settings.of(above).least < zooms.least);
            }
        }
    }
}
