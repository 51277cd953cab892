// Everything the shop needs in one resource group: `azd up`, or
//   az deployment sub create --location <region> --parameters infra/bicep/main.bicepparam
targetScope = 'subscription'

import { names, slug } from 'modules/names.bicep'

@description('Name of the environment: dev, prod, ... Any text; what resource names can carry of it is part of them.')
param environmentName string

@description('Region of all resources. It must offer Flex Consumption.')
param location string

@description('Second region of the database, for the loss of the first; with autoscale only. Empty: none.')
param secondaryLocation string = ''

@description('Cosmos DB capacity: serverless costs nothing when idle; autoscale has more throughput and an SLA on latency.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string

@description('With autoscale: most RU/s that the database as a whole may use. It idles at a tenth.')
@minValue(1000)
@maxValue(1000000)
param cosmosAutoscaleMaxThroughput int = 10000

@description('Name of the database account, if not that of the environment: the one that a backup was restored to.')
param cosmosAccountName string = ''

@description('Resource group of a database account that another environment manages; this one only uses it. Empty: our own.')
param cosmosResourceGroup string = ''

@description('Where Durable keeps orchestrations: Azure Storage, or Durable Task Scheduler where throughput matters.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('With the scheduler: Consumption is paid by the action, up to 500 a second; Dedicated by the hour, 2,000 a second a unit.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

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

@description('Requests that one instance serves at a time. A waiting order holds a place but no processor.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 64

@description('True for a stand-by in another region: everything is there, and the app is stopped.')
param standby bool = false

@description('Issuer of the access tokens that callers carry, letter for letter as its tokens name it: https://...')
param authIssuer string

@description('What access tokens for this shop are made out to.')
param authAudience string

@description('Claim of a token that is the user id; oid with Entra.')
param authUserClaim string = 'sub'

@description('Proxies before the app that add to X-Forwarded-For: 1 is the platform itself, 2 with a front door before it.')
@minValue(0)
@maxValue(10)
param forwardedHops int = 1

@description('Further settings of the app, by their names in Azure, such as { "RateLimits__ReadsPerMinute": "600" }. They replace none of those above.')
param appSettings object = {}

@description('Address that receives order events. Empty: events wait until it is set.')
param dataPlatformUrl string = ''

@description('True while signing keys are rotated: the previous key signs too, so that the receiver can change over at its leisure.')
param dataPlatformKeyRotation bool = false

@description('Changes the vault\'s name. A vault that was deleted keeps its name for 90 days; `azd down` sets another stamp.')
param vaultStamp string = ''

@description('Who is told when an alert fires. Empty: alerts are shown in the portal only.')
param alertEmail string = ''

@description('Object id of the Entra group on call: gets the roles that the runbook needs. Empty: nobody gets any.')
param operatorsGroupId string = ''

@description('Share of traces that is kept, 0 to 1 as text. Logs and metrics are always kept.')
param traceRatio string = '1.0'

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Asks for /api/health/ready from three places every five minutes, and tells when two of them got no answer.')
param availabilityTest bool = false

@description('Zone-redundant app, storage and database, where the region has zones.')
param zoneRedundant bool = false

@description('Closes the public endpoints of storage, database, queue and vault; the app reaches them in a network of its own.')
param privateNetwork bool = false

@description('Keeps the database account from being deleted, by whomever, until the lock is taken away.')
param lockData bool = false

@description('Most that a month may cost, in the currency of the subscription; mails at 80 and 100 %. 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('First month of the budget.')
param budgetStart string = utcNow('yyyy-MM-01')

var tags = {
  application: 'commerce'
  environment: environmentName
  'azd-env-name': environmentName
}
// Stable for one environment in one subscription and region; keeps global names free of collisions.
var suffix = take(uniqueString(subscription().id, environmentName, location), 8)
var vaultSuffix = take(uniqueString(subscription().id, environmentName, location, vaultStamp), 8)
var name = names(slug(environmentName), suffix, vaultSuffix)
var managesCosmos = empty(cosmosResourceGroup)
var cosmosAccount = empty(cosmosAccountName) ? name.cosmos : cosmosAccountName
var secondRegion = cosmosCapacity == 'serverless' && !empty(secondaryLocation)
  ? fail('A serverless account has one region: leave secondaryLocation empty, or choose autoscale.')
  : secondaryLocation

var issuer = empty(authIssuer) ? fail('AUTH_ISSUER is not set: the issuer whose access tokens the shop takes.') : authIssuer
var audience = empty(authAudience) ? fail('AUTH_AUDIENCE is not set: what access tokens for the shop are made out to.') : authAudience

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: name.group
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: name.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: name.workspace
    applicationInsightsName: name.applicationInsights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    identityName: name.identity
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: name.storage
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    identityName: name.identity
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = if (managesCosmos) {
  scope: group
  params: {
    accountName: cosmosAccount
    location: location
    secondaryLocation: secondRegion
    tags: tags
    capacity: cosmosCapacity
    autoscaleMaxThroughput: cosmosAutoscaleMaxThroughput
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    lock: lockData
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmosAccess 'modules/cosmosaccess.bicep' = {
  scope: resourceGroup(managesCosmos ? name.group : cosmosResourceGroup)
  params: {
    accountName: cosmosAccount
    identityName: name.identity
    principalId: identity.outputs.principalId
    operatorsGroupId: operatorsGroupId
  }
  dependsOn: [cosmos]
}

module serviceBus 'modules/servicebus.bicep' = {
  scope: group
  params: {
    namespaceName: name.serviceBus
    location: location
    tags: tags
    privateNetwork: privateNetwork
    identityName: name.identity
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/keyvault.bicep' = {
  scope: group
  params: {
    name: name.vault
    location: location
    tags: tags
    privateNetwork: privateNetwork
    identityName: name.identity
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module scheduler 'modules/durabletask.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  params: {
    name: name.scheduler
    location: location
    tags: tags
    sku: schedulerSku
    zoneRedundant: zoneRedundant
    identityName: name.identity
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: name.network
    location: location
    tags: tags
    storageId: storage.outputs.id
    cosmosAccountId: cosmosAccess.outputs.accountId
    serviceBusId: serviceBus.outputs.namespaceId
    vaultId: vault.outputs.id
  }
}

module functionApp 'modules/functionapp.bicep' = {
  scope: group
  params: {
    name: name.functionApp
    planName: name.plan
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    cosmosEndpoint: cosmosAccess.outputs.endpoint
    serviceBusHost: serviceBus.outputs.host
    currentSigningKeyUri: vault.outputs.currentSigningKeyUri
    previousSigningKeyUri: vault.outputs.previousSigningKeyUri
    signWithPreviousKey: dataPlatformKeyRotation
    dataPlatformUrl: dataPlatformUrl
    authIssuer: issuer
    authAudience: audience
    authUserClaim: authUserClaim
    forwardedHops: forwardedHops
    appSettings: appSettings
    usesScheduler: durableBackend == 'scheduler'
    schedulerEndpoint: scheduler.?outputs.endpoint ?? ''
    schedulerTaskHub: scheduler.?outputs.taskHub ?? ''
    applicationInsightsConnectionString: monitoring.outputs.applicationInsightsConnectionString
    traceRatio: traceRatio
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
    httpConcurrency: httpConcurrency
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork
      ? resourceId(subscription().subscriptionId, name.group, 'Microsoft.Network/virtualNetworks/subnets', name.network, 'app')
      : ''
    standby: standby
  }
  dependsOn: [network]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    nameSuffix: name.alertSuffix
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    cosmosAccountId: cosmosAccess.outputs.accountId
    serviceBusNamespaceId: serviceBus.outputs.namespaceId
    queueName: serviceBus.outputs.queueName
    isExpectedToRun: !standby
  }
}

module availability 'modules/availability.bicep' = if (availabilityTest && !standby) {
  scope: group
  params: {
    nameSuffix: name.alertSuffix
    location: location
    tags: tags
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    actionGroupId: alerts.outputs.actionGroupId
    url: 'https://${functionApp.outputs.hostName}/api/health/ready'
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module operators 'modules/operators.bicep' = if (!empty(operatorsGroupId)) {
  scope: group
  params: {
    groupId: operatorsGroupId
    functionAppName: name.functionApp
    vaultName: name.vault
    serviceBusNamespaceName: name.serviceBus
  }
  dependsOn: [functionApp, vault, serviceBus]
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0 && !empty(alertEmail)) {
  scope: group
  params: {
    amount: monthlyBudget
    start: budgetStart
    email: alertEmail
  }
}

// azd keeps these in the environment; the runbook's commands take them from there.
@description('Where the API answers.')
output API_URL string = 'https://${functionApp.outputs.hostName}/api'
output APP_URL string = 'https://${functionApp.outputs.hostName}'
output AUTH_ISSUER string = issuer
output AUTH_AUDIENCE string = audience
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_API_NAME string = functionApp.outputs.name
output COSMOS_ACCOUNT string = cosmosAccess.outputs.accountName
output COSMOS_RESOURCE_GROUP string = managesCosmos ? group.name : cosmosResourceGroup
output SERVICE_BUS_NAMESPACE string = serviceBus.outputs.namespaceName
output KEY_VAULT string = vault.outputs.name
output LOG_WORKSPACE_ID string = monitoring.outputs.workspaceCustomerId
