#!/bin/sh
# Copy the web assets installed by npm to where they are served from.
#   web-assets.sh NODE_MODULES VENDOR
set -eu
leaflet=$1/leaflet
utrecht=$1/@utrecht/component-library-css
mkdir -p "$2/leaflet" "$2/utrecht"
cp -r "$leaflet/dist/." "$2/leaflet/"
cp "$leaflet/LICENSE" "$2/leaflet/"
# In a cascade layer, so that our own rules win without extra specificity.
{ echo '@layer utrecht {'; cat "$utrecht/dist/html.css"; echo '}'; } > "$2/utrecht/html.css"
cp "$utrecht/LICENSE.md" "$2/utrecht/"
