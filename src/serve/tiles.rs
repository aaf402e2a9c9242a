//! Tiles over HTTP: those of regions from the release's archives, those of hexagons made when asked for.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use tracing::error;

use super::House;
use super::answer;
use super::cache::Keep;
use super::coding::Coding;
use super::dispatch::Pinned;
use super::error::ApiError;
use super::range::{self, Cut, Ranges};
use super::reached::{Client, VARY};
use super::reply::{JSON, Question, json, reply};
use super::served::Served;
use crate::domain::geography::HexagonSize;
use crate::domain::region::Level;
use crate::domain::tile::Tile;
use crate::domain::zoom::{ZoomSettings, Zooms};
use crate::encode::mvt::TileFigures;
use crate::encode::tilejson::{TileJson, Tiled};
use crate::store::archive::TileArchive;
use crate::store::verified::VerifiedFile;

/// The zooms of tiles of hexagons: before the first, the largest would be too many; the smallest are
/// drawn from the last on.
pub(super) const HEXAGON_ZOOMS: Zooms = Zooms { least: 2, most: 10 };

/// What a tile of hexagons holds beyond its sides, as a share of them: no hexagon that is drawn at a zoom
/// reaches farther from its middle.
const HEXAGON_MARGIN: f64 = 0.05;

/// The size of hexagon that suits a zoom: two less than it, so that a tile has some hundreds.
pub(super) const fn hexagon_at(zoom: u8) -> HexagonSize {
    match zoom {
        0..=6 => HexagonSize::Hex4,
        7 => HexagonSize::Hex5,
        8 => HexagonSize::Hex6,
        9 => HexagonSize::Hex7,
        _ => HexagonSize::Hex8,
    }
}

/// `/tiles/{geography}/{z}/{x}/{y}.mvt`
pub(super) async fn tile(
    State(house): State<House>,
    path: Result<Path<(String, u8, u32, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (tiled, tile) = parse(path)?;
    answer(&house, &headers, tiled, tile).await
}

/// A tile, or that the client has it.
pub(super) async fn answer(
    house: &House,
    headers: &HeaderMap,
    tiled: Tiled,
    tile: Tile,
) -> Result<Response, ApiError> {
    let coding = Coding::accepted_quickly(headers);
    let name = format!("tile {}", tiled.name());
    let tag = answer::tag_of(&house.served, &format!("{} {tile:?}", tiled.name()), coding);
    if answer::is_known(headers, &tag) {
        return Ok(answer::not_modified(&tag, name));
    }
    let body = match tiled {
        Tiled::Region(level) => of_regions(&house.served, level, tile, coding).await?,
        Tiled::Hexagons => of_hexagons(house, tile, coding, &tag).await?,
    };
    Ok(answer::tile(coding, &tag, name, body))
}

/// `/tiles/{geography}.json` and `/tiles/{geography}.pmtiles`
pub(super) async fn description(
    State(house): State<House>,
    Path(file): Path<String>,
    client: Client,
    request: Request,
) -> Result<Response, ApiError> {
    let unknown = || {
        ApiError::not_found(
            "There are /tiles/{geography}.json and /tiles/{geography}.pmtiles, of province, regency, \
             district and village, and /tiles/hexagon.json.",
        )
    };
    let (name, extension) = file.rsplit_once('.').ok_or_else(unknown)?;
    let tiled = Tiled::find(name).ok_or_else(unknown)?;
    match (extension, tiled) {
        ("json", _) => told(&house, tiled, client, request.extensions().get()).await,
        ("pmtiles", Tiled::Region(level)) => whole(&house.served, level, request).await,
        _ => Err(unknown()),
    }
}

/// The description of tiles.
async fn told(
    house: &House,
    tiled: Tiled,
    Client { headers, base }: Client,
    pinned: Option<&Pinned>,
) -> Result<Response, ApiError> {
    let zooms = zooms(&house.served, tiled)?;
    let mut url = base.url(&format!("/tiles/{}/{{z}}/{{x}}/{{y}}.mvt", tiled.name()));
    if let Some(Pinned(release)) = pinned {
        url = format!("{url}?release={release}");
    }
    let question = Question { name: "tilejson", canonical: url.clone(), media_type: JSON };
    let mut response = reply(house, &headers, question, move |served| {
        let Served { label, indicators, tree, .. } = served;
        let release = (Some(&label.release), &label.reference_date);
        let told = TileJson::new(tiled, zooms, tree.bounds(), release, indicators, vec![url]);
        Ok(json(&told))
    })
    .await?;
    response.headers_mut().append(header::VARY, VARY);
    Ok(response)
}

/// Of several parts that are larger together the whole archive is sent.
const MOST_PARTS_BYTES: u64 = 16 << 20;
/// What is read of an archive at a time, while it is sent.
const PORTION: u64 = 256 << 10;

/// An archive as it lies there, or the parts of it that the client asks for.
async fn whole(served: &Served, level: Level, mut request: Request) -> Result<Response, ApiError> {
    let file = archive(served, level)?.file();
    let name = format!("tiles {level}");
    let tag = answer::tag_of(served, &format!("{level}.pmtiles"), Coding::Identity);
    let modified = file.modified().map(http_date);
    if has(request.headers(), &tag, modified.as_deref()) {
        return Ok(answer::not_modified(&tag, name));
    }
    let bytes = file.bytes();
    let mut head = answer::as_file(answer::tag_response(Response::new(Body::empty()), &tag, name));
    let media_type = HeaderValue::from_static("application/octet-stream");
    head.headers_mut().insert(header::CONTENT_TYPE, media_type);
    let modified = modified.and_then(|date| HeaderValue::try_from(date).ok());
    head.headers_mut().extend(modified.map(|date| (header::LAST_MODIFIED, date)));
    let ranges = request.extensions_mut().remove::<Ranges>();
    match ranges.map_or(Cut::Whole, |ranges| ranges.cut(head.headers(), bytes)) {
        Cut::Nothing => Ok(range::nothing(bytes)),
        Cut::Parts(parts) => match &parts[..] {
            [part] => {
                let told = format!("bytes {}-{}/{bytes}", part.start, part.end - 1);
                let told = HeaderValue::try_from(told).map_err(|_| ApiError::internal())?;
                head.headers_mut().insert(header::CONTENT_RANGE, told);
                *head.status_mut() = StatusCode::PARTIAL_CONTENT;
                Ok(sent(file, part.clone(), head))
            }
            parts
                if parts.iter().map(|part| part.end - part.start).sum::<u64>()
                    <= MOST_PARTS_BYTES =>
            {
                Ok(range::partial(head, bytes, read_parts(file, parts.to_vec()).await?))
            }
            _ => Ok(sent(file, 0..bytes, head)),
        },
        Cut::Whole => Ok(sent(file, 0..bytes, head)),
    }
}

/// Whether the client has the archive: by its tag, or by the time of its last change where it names no tag.
fn has(headers: &HeaderMap, tag: &str, modified: Option<&str>) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return answer::is_known(headers, tag);
    }
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
    since.is_some() && since == modified
}

/// A time as headers have it (RFC 9110, 5.6.7).
fn http_date(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A part of an archive, read as the client takes it.
fn sent(file: &Arc<VerifiedFile>, part: Range<u64>, mut head: Response) -> Response {
    let length = HeaderValue::from(part.end - part.start);
    head.headers_mut().insert(header::CONTENT_LENGTH, length);
    let portions =
        futures::stream::try_unfold((Arc::clone(file), part), |(file, part)| async move {
            if part.is_empty() {
                return Ok(None);
            }
            let end = part.end.min(part.start + PORTION);
            let bytes = read(Arc::clone(&file), part.start..end).await?;
            Ok::<_, io::Error>(Some((bytes, (file, end..part.end))))
        });
    *head.body_mut() = Body::from_stream(portions);
    head
}

async fn read_parts(
    file: &Arc<VerifiedFile>,
    parts: Vec<Range<u64>>,
) -> Result<Vec<(Range<u64>, Bytes)>, ApiError> {
    let mut read_parts = Vec::with_capacity(parts.len());
    for part in parts {
        let bytes = read(Arc::clone(file), part.clone()).await;
        read_parts.push((part, bytes.map_err(|_| ApiError::internal())?));
    }
    Ok(read_parts)
}

/// A part of an archive, in a thread that may wait for the disk. What fails is told to the log.
async fn read(file: Arc<VerifiedFile>, part: Range<u64>) -> io::Result<Bytes> {
    let read = tokio::task::spawn_blocking(move || {
        let bytes = file.read(part);
        if let Err(cause) = &bytes {
            let path = file.path().display();
            error!(error = cause as &dyn std::error::Error, "Failed to read the tiles {path}");
        }
        bytes
    });
    read.await.map_err(io::Error::other)?
}

fn parse(
    path: Result<Path<(String, u8, u32, String)>, PathRejection>,
) -> Result<(Tiled, Tile), ApiError> {
    let Path((name, zoom, column, file)) =
        path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let tiled = Tiled::find(&name).ok_or_else(|| {
        ApiError::not_found(
            "There are tiles of province, regency, district, village and hexagon, for example \
             /tiles/regency/7/102/64.mvt.",
        )
    })?;
    let row = file.strip_suffix(".mvt").and_then(|row| row.parse().ok());
    let tile = row.and_then(|row| Tile::new(zoom, column, row)).ok_or_else(|| {
        ApiError::not_found(
            "There is no such tile: a tile is zoom/column/row.mvt, its zoom at most 22, its column and \
             row below 2 to the power of the zoom.",
        )
    })?;
    Ok((tiled, tile))
}

fn archive(served: &Served, level: Level) -> Result<&TileArchive, ApiError> {
    served.tiles.get(&level).ok_or_else(|| {
        ApiError::not_found(format!(
            "The release has no tiles of {level}: its regions have no such level, or it was built \
             without tiles."
        ))
    })
}

/// The zooms at which there are tiles.
pub(super) fn zooms(served: &Served, tiled: Tiled) -> Result<Zooms, ApiError> {
    match tiled {
        Tiled::Region(level) => archive(served, level).map(|_| ZoomSettings::embedded().of(level)),
        Tiled::Hexagons => Ok(HEXAGON_ZOOMS),
    }
}

/// A tile as the archive has it; an empty one where it has none.
async fn of_regions(
    served: &Served,
    level: Level,
    tile: Tile,
    coding: Coding,
) -> Result<Bytes, ApiError> {
    let found = archive(served, level)?.tile(tile).await.map_err(|cause| {
        error!(error = &cause as &dyn std::error::Error, "Failed to read a tile");
        ApiError::internal()
    })?;
    let Some(packed) = found else { return coding.pack(Vec::new()) };
    if coding == Coding::Gzip {
        return Ok(packed);
    }
    let mut bytes = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut bytes).map_err(|_| ApiError::internal())?;
    Ok(bytes.into())
}

/// A tile of hexagons, from the cache or made in a thread that may take its time.
async fn of_hexagons(
    house: &House,
    tile: Tile,
    coding: Coding,
    tag: &str,
) -> Result<Bytes, ApiError> {
    if !HEXAGON_ZOOMS.holds(tile.zoom()) {
        return Err(ApiError::not_found(format!(
            "Hexagons are drawn from zoom {} to {}; a map draws the last ones larger.",
            HEXAGON_ZOOMS.least, HEXAGON_ZOOMS.most
        )));
    }
    let work = move |served: &Served| coding.pack(hexagons(served, tile)?);
    house.cached(tag, Keep::Quarter, work).await
}

fn hexagons(served: &Served, tile: Tile) -> Result<Vec<u8>, ApiError> {
    let bounds = tile.bounds_with(HEXAGON_MARGIN);
    let themes =
        served.indicators.themes.iter().filter(|theme| !theme.regions_only).collect::<Vec<_>>();
    let layers = served.leaves.hexagons(
        hexagon_at(tile.zoom()),
        bounds,
        &themes,
        (&served.tree, &served.indicators),
    );
    TileFigures::new(&layers).hexagons(tile).map_err(|cause| {
        error!(error = &cause as &dyn std::error::Error, "Failed to write a tile");
        ApiError::internal()
    })
}
