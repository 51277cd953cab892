// The shop's data. Containers, partition keys, lifetimes and indexed paths are those of CommerceDatabase.cs; a test compares them.
param accountName string
param location string
param secondaryLocation string
param tags object

@allowed(['serverless', 'autoscale'])
param capacity string
param autoscaleMaxThroughput int
param zoneRedundant bool
param privateNetwork bool
param lock bool
param workspaceId string

var databaseName = 'commerce'
var containers = loadJsonContent('containers.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: accountName
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: concat(
      [{ locationName: location, failoverPriority: 0, isZoneRedundant: zoneRedundant }],
      empty(secondaryLocation) ? [] : [{ locationName: secondaryLocation, failoverPriority: 1, isZoneRedundant: false }]
    )
    // Writes go to one region: two would decide about the same stock apart from each other.
    enableMultipleWriteLocations: false
    enableAutomaticFailover: !empty(secondaryLocation)
    // Session is enough: every decision is guarded by an ETag, not by what a replica happens to show.
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    capabilities: capacity == 'serverless' ? [{ name: 'EnableServerless' }] : []
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: capacity == 'serverless' ? 'Continuous7Days' : 'Continuous30Days' }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    // Without keys only identities with a data role get in, from wherever.
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: databaseName
  tags: tags
  properties: {
    resource: { id: databaseName }
    // Shared by all containers: load moves between them during the day, and one idle floor is cheaper than four.
    options: capacity == 'serverless' ? {} : { autoscaleSettings: { maxThroughput: autoscaleMaxThroughput } }
  }
}

resource sqlContainers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [
  for container in containers: {
    parent: database
    name: container.name
    tags: tags
    properties: {
      resource: {
        id: container.name
        partitionKey: {
          paths: [container.partitionKey]
          kind: 'Hash'
          version: 2
        }
        defaultTtl: container.?defaultTtl
        indexingPolicy: {
          indexingMode: 'consistent'
          automatic: true
          includedPaths: [for path in container.indexedPaths: { path: path }]
          excludedPaths: [{ path: '/*' }]
        }
      }
    }
  }
]

resource deletion 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'The only copy of balances, stock and orders.'
  }
}

// There is no newer version of this type that has these fields.
#disable-next-line use-recent-api-versions
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'DataPlaneRequests', enabled: false }
      { category: 'PartitionKeyRUConsumption', enabled: true }
      { category: 'ControlPlaneRequests', enabled: true }
    ]
  }
}
