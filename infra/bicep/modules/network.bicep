// A network for the app and private endpoints for what it uses. The app itself stays public: buyers call it.
param name string
param location string
param tags object
param storageId string
param cosmosAccountId string
param serviceBusId string
param vaultId string

// One endpoint for each service, by the name that its provider gives the part that is reached, and the zone in which it is found.
var endpoints = [
  { group: 'blob', target: storageId, zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { group: 'queue', target: storageId, zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { group: 'table', target: storageId, zone: 'privatelink.table.${environment().suffixes.storage}' }
  { group: 'Sql', target: cosmosAccountId, zone: 'privatelink.documents.azure.com' }
  { group: 'namespace', target: serviceBusId, zone: 'privatelink.servicebus.windows.net' }
  { group: 'vault', target: vaultId, zone: 'privatelink.vaultcore.azure.net' }
]

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/23'] }
    subnets: [
      {
        // An instance takes an address: 251 of them.
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/24'
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.0.1.0/24' }
      }
    ]
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for endpoint in endpoints: {
    name: endpoint.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (endpoint, i) in endpoints: {
    parent: zones[i]
    name: 'network'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2026-03-01' = [
  for endpoint in endpoints: {
    name: 'pe-${toLower(endpoint.group)}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: endpoint.group
          properties: {
            // Ids of this template's own resources, handed in as parameters.
            #disable-next-line use-resource-id-functions
            privateLinkServiceId: endpoint.target
            groupIds: [endpoint.group]
          }
        }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = [
  for (endpoint, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: toLower(endpoint.group), properties: { privateDnsZoneId: zones[i].id } }]
    }
  }
]
