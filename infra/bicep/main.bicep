// Everything the shop needs in one resource group: `azd up`, or
//   az deployment sub create --location <region> --parameters infra/bicep/main.dev.bicepparam
targetScope = 'subscription'

@description('Name of the environment: dev, prod, ... Part of every resource name.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Region of all resources. It must offer Flex Consumption.')
param location string

@description('Cosmos DB capacity: serverless costs nothing when idle; autoscale has more throughput and an SLA on latency.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string

@description('With autoscale: most RU/s that the database as a whole may use. It idles at a tenth.')
@minValue(1000)
@maxValue(1000000)
param cosmosAutoscaleMaxThroughput int = 10000

@description('Where Durable keeps orchestrations: Azure Storage, or Durable Task Scheduler where throughput matters.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances the app may scale out to.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances kept warm for HTTP; 0 lets the app scale to zero.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttpInstances int = 0

@description('Address that receives order events. Empty: events wait until it is set.')
param dataPlatformUrl string = ''

@description('Signing key of the webhooks (whsec_...). Empty: the secret is set in the vault by hand, see docs/operations.md.')
@secure()
param dataPlatformSigningKey string = ''

@description('True while signing keys are rotated: the previous key signs too, so that the receiver can change over at its leisure.')
param dataPlatformKeyRotation bool = false

@description('Who is told when an alert fires. Empty: alerts are shown in the portal only.')
param alertEmail string = ''

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Zone-redundant storage and database, where the region has zones.')
param zoneRedundant bool = false

var tags = {
  application: 'commerce'
  environment: environmentName
  'azd-env-name': environmentName
}
// Stable for one environment in one subscription; keeps global names free of collisions.
var suffix = take(uniqueString(subscription().id, environmentName, location), 8)

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-commerce-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    nameSuffix: 'commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: take('st${replace(environmentName, '-', '')}${suffix}', 24)
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  params: {
    accountName: 'cosmos-commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
    capacity: cosmosCapacity
    autoscaleMaxThroughput: cosmosAutoscaleMaxThroughput
    zoneRedundant: zoneRedundant
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module serviceBus 'modules/servicebus.bicep' = {
  scope: group
  params: {
    namespaceName: 'sb-commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/keyvault.bicep' = {
  scope: group
  params: {
    name: 'kv-${take(environmentName, 10)}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    signingKey: dataPlatformSigningKey
  }
}

module scheduler 'modules/durabletask.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  params: {
    name: 'dts-commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module functionApp 'modules/functionapp.bicep' = {
  scope: group
  params: {
    name: 'func-commerce-${environmentName}-${suffix}'
    planName: 'plan-commerce-${environmentName}-${suffix}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    cosmosEndpoint: cosmos.outputs.endpoint
    serviceBusHost: serviceBus.outputs.host
    signingKeySecretUris: vault.outputs.signingKeySecretUris
    signWithPreviousKey: dataPlatformKeyRotation
    dataPlatformUrl: dataPlatformUrl
    schedulerEndpoint: scheduler.?outputs.endpoint ?? ''
    schedulerTaskHub: scheduler.?outputs.taskHub ?? ''
    applicationInsightsConnectionString: monitoring.outputs.applicationInsightsConnectionString
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    nameSuffix: 'commerce-${environmentName}'
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    functionAppId: functionApp.outputs.id
    cosmosAccountId: cosmos.outputs.accountId
    serviceBusNamespaceId: serviceBus.outputs.namespaceId
    queueName: serviceBus.outputs.queueName
  }
}

@description('Where the API answers.')
output API_URL string = 'https://${functionApp.outputs.hostName}/api'
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_API_NAME string = functionApp.outputs.name
