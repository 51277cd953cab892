// The function app on Flex Consumption. It holds no secret: storage, Cosmos DB, Service Bus, the scheduler and the vault are reached as
// its identity, and signing keys are vault references. What Durable needs is in the package's host.json, because the scale controller reads
// that file and no settings.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageAccountName string
param deploymentContainerUrl string
param cosmosEndpoint string
param serviceBusHost string
param currentSigningKeyUri string
param previousSigningKeyUri string
param signWithPreviousKey bool
param dataPlatformUrl string
param authIssuer string
param authAudience string
param authUserClaim string
param forwardedHops int
param appSettings object
param usesScheduler bool
param schedulerEndpoint string
param schedulerTaskHub string
param applicationInsightsConnectionString string
param traceRatio string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttpInstances int
param httpConcurrency int
param zoneRedundant bool
param subnetId string
param standby bool

// Which settings there are depends on parameters only, and not on what resources will answer: so a preview can tell.
// The name of this one is the connection's in host.scheduler.json.
var schedulerSettings = usesScheduler
  ? {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};TaskHub=${schedulerTaskHub};Authentication=ManagedIdentity;ClientID=${identityClientId}'
    }
  : {}

// A key that is not in the vault yet makes events wait, no more.
var deliverySettings = empty(dataPlatformUrl)
  ? {}
  : {
      DataPlatform__Url: dataPlatformUrl
      DataPlatform__SigningKeys__0: '@Microsoft.KeyVault(SecretUri=${currentSigningKeyUri})'
    }
var rotationSettings = empty(dataPlatformUrl) || !signWithPreviousKey
  ? {}
  : { DataPlatform__SigningKeys__1: '@Microsoft.KeyVault(SecretUri=${previousSigningKeyUri})' }

// Of the host and the worker both: each has the exporter, which keeps five traces a second unless told otherwise.
var telemetrySettings = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: traceRatio
  // Which identity telemetry is sent as.
  AZURE_CLIENT_ID: identityClientId
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the service of azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    enabled: !standby
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    // The host's own /admin routes are closed, also to whoever has the master key. The schema does not know the property yet; the service does.
    #disable-next-line BCP037
    functionsRuntimeAdminIsolationEnabled: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttpInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyHttpInstances }]
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    // The list is put as a whole: what is set by hand goes with the next deployment.
    properties: union(
      appSettings,
      {
        AzureWebJobsStorage__accountName: storageAccountName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        Cosmos__accountEndpoint: cosmosEndpoint
        Cosmos__clientId: identityClientId
        ServiceBus__fullyQualifiedNamespace: serviceBusHost
        ServiceBus__credential: 'managedidentity'
        ServiceBus__clientId: identityClientId
        Auth__Issuer: authIssuer
        Auth__Audience: authAudience
        Auth__UserClaim: authUserClaim
        RateLimits__ForwardedHops: string(forwardedHops)
      },
      telemetrySettings,
      schedulerSettings,
      deliverySettings,
      rotationSettings
    )
  }

  // Publishing with a user name and password is off; deployment uses the caller's identity.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output id string = app.id
output name string = app.name
output hostName string = app.properties.defaultHostName
