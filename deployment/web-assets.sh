#!/bin/sh
# Put the web assets that npm fetched where the pages look for them.
#   web-assets.sh NODE_MODULES VENDOR
set -eu
leaflet=$1/leaflet
utrecht=$1/@utrecht/component-library-css
mkdir -p "$2/leaflet" "$2/utrecht"
cp -r "$leaflet/dist/." "$2/leaflet/"
cp "$leaflet/LICENSE" "$2/leaflet/"
# In a cascade layer, so that our own rules need not shout.
{ echo '@layer utrecht {'; cat "$utrecht/dist/html.css"; echo '}'; } > "$2/utrecht/html.css"
cp "$utrecht/LICENSE.md" "$2/utrecht/"
