// Durable Task Scheduler, for throughput that Azure Storage does not give. The package must be built for it: COMMERCE_DURABLE_BACKEND of the
// azd environment decides both (docs/operations.md).
param name string
param location string
param tags object
@allowed(['Consumption', 'Dedicated'])
param sku string
param zoneRedundant bool
param identityName string
param principalId string

var dataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'
// The name that the package asks for.
var hubName = loadJsonContent('../../../host.scheduler.json').extensions.durableTask.hubName

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // A dedicated scheduler of three units outlives a zone.
    sku: sku == 'Consumption' ? { name: sku } : { name: sku, capacity: zoneRedundant ? 3 : 1 }
    // Identities are checked on every call; an empty list would refuse all networks.
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = {
    name: hubName
  }
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, identityName, dataContributor)
  scope: scheduler::hub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataContributor)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output endpoint string = scheduler.properties.endpoint
output taskHub string = scheduler::hub.name
