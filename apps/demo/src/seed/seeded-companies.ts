import type { Currency } from '../money.js'

export type Market = {
  country: string
  currency: Currency
  customers: number
  cities: readonly string[]
  streets: readonly string[]
  suffixes: readonly string[]
}

/** Where the seeded customers are: 500 of them, in three currencies. */
export const markets: readonly Market[] = [
  {
    country: 'Germany',
    currency: 'EUR',
    customers: 100,
    cities: ['Hamburg', 'Leipzig', 'Köln', 'Freiburg', 'Rostock', 'Jena'],
    streets: ['Lindenallee', 'Hafenstraße', 'Am Speicher', 'Gerberweg', 'Kastanienring'],
    suffixes: ['GmbH', 'KG', 'AG'],
  },
  {
    country: 'Netherlands',
    currency: 'EUR',
    customers: 70,
    cities: ['Utrecht', 'Rotterdam', 'Delft', 'Groningen'],
    streets: ['Oude Gracht', 'Molenweg', 'Havenkade', 'Nieuwstraat'],
    suffixes: ['B.V.', 'N.V.'],
  },
  {
    country: 'Ireland',
    currency: 'EUR',
    customers: 50,
    cities: ['Cork', 'Dublin', 'Galway'],
    streets: ['Harbour Row', 'Quay Street', 'Mill Lane'],
    suffixes: ['Ltd', 'DAC'],
  },
  {
    country: 'United States',
    currency: 'USD',
    customers: 150,
    cities: ['Portland', 'Boston', 'Denver', 'Milwaukee', 'Savannah', 'Tucson'],
    streets: ['Water Street', 'Second Avenue', 'Foundry Road', 'Orchard Drive', 'Pier Street'],
    suffixes: ['Inc.', 'LLC', 'Co.'],
  },
  {
    country: 'United Kingdom',
    currency: 'GBP',
    customers: 130,
    cities: ['Bristol', 'Leeds', 'Glasgow', 'Norwich', 'Swansea', 'York'],
    streets: ['Castle Street', 'Ropewalk', 'Station Road', 'Tanner Lane', 'The Maltings'],
    suffixes: ['Ltd', 'LLP', 'plc'],
  },
]

export const firstNames = [
  'Alder',
  'Beacon',
  'Calder',
  'Dunmore',
  'Eastgate',
  'Fairwater',
  'Greyfriars',
  'Halyard',
  'Ironbridge',
  'Juniper',
  'Kestrel',
  'Larkfield',
  'Meridian',
  'Northwind',
  'Oakhurst',
  'Pemberton',
  'Quarry',
  'Redwing',
  'Silverdale',
  'Tidewater',
] as const

export const trades = [
  'Acoustics',
  'Bakeries',
  'Brewing',
  'Carpets',
  'Ceramics',
  'Cold Storage',
  'Diagnostics',
  'Dyeworks',
  'Forgings',
  'Freight',
  'Glassworks',
  'Instruments',
  'Joinery',
  'Lighting',
  'Marine',
  'Optics',
  'Packaging',
  'Pharma',
  'Plating',
  'Refrigeration',
  'Robotics',
  'Textiles',
  'Turbines',
  'Valves',
  'Weighbridges',
] as const

/** What is sold, with the unit price in minor units. */
export const services: readonly (readonly [description: string, unitPrice: number])[] = [
  ['Calibration of a pressure gauge', 8_450],
  ['Calibration of a flow meter, on site', 31_900],
  ['Temperature mapping, day rate', 92_000],
  ['Replacement sensor, PT100', 6_275],
  ['Data logger, 8 channels', 48_900],
  ['Travel and accommodation', 27_350],
  ['Validation report', 64_000],
  ['Annual maintenance, small plant', 185_000],
  ['Emergency call-out, per hour', 14_500],
  ['Training of operators, half a day', 52_500],
  ['Certificate, second copy', 1_995],
  ['Firmware update and test', 11_720],
]
