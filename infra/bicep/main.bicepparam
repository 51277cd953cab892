// The two tiers. `azd env set COMMERCE_TIER prod` (or the environment variable) chooses; dev is the default.
using 'main.bicep'

import { orElse } from 'modules/names.bicep'

var tiers = {
  // To try things on: nothing that costs much while idle.
  dev: {
    cosmosCapacity: 'serverless'
    cosmosAutoscaleMaxThroughput: 1000
    schedulerSku: 'Consumption'
    instanceMemoryMB: 2048
    maximumInstanceCount: 10
    alwaysReadyHttpInstances: 0
    zoneRedundant: false
    lockData: false
    availabilityTest: false
    traceRatio: '1.0'
    logRetentionDays: 30
  }
  // Takes money: zone redundant, warm, autoscaled, locked.
  prod: {
    cosmosCapacity: 'autoscale'
    cosmosAutoscaleMaxThroughput: 20000
    schedulerSku: 'Dedicated'
    instanceMemoryMB: 4096
    maximumInstanceCount: 100
    alwaysReadyHttpInstances: 2
    zoneRedundant: true
    lockData: true
    availabilityTest: true
    traceRatio: '0.05'
    logRetentionDays: 90
  }
}
// Anything else is refused.
var backends = { '': 'storage', storage: 'storage', scheduler: 'scheduler' }
var tierName = orElse(readEnvironmentVariable('COMMERCE_TIER', ''), 'dev')
var tier = tiers[tierName]

param environmentName = orElse(readEnvironmentVariable('AZURE_ENV_NAME', ''), tierName)
param location = orElse(readEnvironmentVariable('AZURE_LOCATION', ''), 'koreacentral')
param secondaryLocation = readEnvironmentVariable('COMMERCE_SECOND_LOCATION', '')
param cosmosCapacity = tier.cosmosCapacity
param cosmosAutoscaleMaxThroughput = tier.cosmosAutoscaleMaxThroughput
param cosmosAccountName = readEnvironmentVariable('COMMERCE_COSMOS_ACCOUNT', '')
param cosmosResourceGroup = readEnvironmentVariable('COMMERCE_COSMOS_RESOURCE_GROUP', '')
param durableBackend = backends[readEnvironmentVariable('COMMERCE_DURABLE_BACKEND', '')]
param schedulerSku = tier.schedulerSku
param instanceMemoryMB = tier.instanceMemoryMB
param maximumInstanceCount = tier.maximumInstanceCount
param alwaysReadyHttpInstances = tier.alwaysReadyHttpInstances
param zoneRedundant = tier.zoneRedundant
param lockData = tier.lockData
param availabilityTest = tier.availabilityTest
param traceRatio = tier.traceRatio
param logRetentionDays = tier.logRetentionDays
param privateNetwork = bool(orElse(readEnvironmentVariable('COMMERCE_PRIVATE_NETWORK', ''), 'false'))
param standby = bool(orElse(readEnvironmentVariable('COMMERCE_STANDBY', ''), 'false'))
param vaultStamp = readEnvironmentVariable('COMMERCE_VAULT_STAMP', '')
param authIssuer = readEnvironmentVariable('AUTH_ISSUER', '')
param authAudience = readEnvironmentVariable('AUTH_AUDIENCE', '')
param authUserClaim = orElse(readEnvironmentVariable('AUTH_USER_CLAIM', ''), 'sub')
param forwardedHops = int(orElse(readEnvironmentVariable('FORWARDED_HOPS', ''), '1'))
param appSettings = json(orElse(readEnvironmentVariable('COMMERCE_SETTINGS', ''), '{}'))
param dataPlatformUrl = readEnvironmentVariable('DATA_PLATFORM_URL', '')
param dataPlatformKeyRotation = bool(orElse(readEnvironmentVariable('DATA_PLATFORM_KEY_ROTATION', ''), 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param operatorsGroupId = readEnvironmentVariable('OPERATORS_GROUP_ID', '')
param monthlyBudget = int(orElse(readEnvironmentVariable('MONTHLY_BUDGET', ''), '0'))
