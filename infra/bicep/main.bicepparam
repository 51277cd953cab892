// The two tiers. `azd env set COMMERCE_TIER prod` (or the environment variable) chooses; dev is the default.
using 'main.bicep'

var tiers = {
  // To try things on: nothing that costs much while idle.
  dev: {
    cosmosCapacity: 'serverless'
    cosmosAutoscaleMaxThroughput: 1000
    instanceMemoryMB: 2048
    maximumInstanceCount: 10
    alwaysReadyHttpInstances: 0
    zoneRedundant: false
    logRetentionDays: 30
  }
  // Takes money: zone redundant, warm, autoscaled.
  prod: {
    cosmosCapacity: 'autoscale'
    cosmosAutoscaleMaxThroughput: 20000
    instanceMemoryMB: 4096
    maximumInstanceCount: 100
    alwaysReadyHttpInstances: 2
    zoneRedundant: true
    logRetentionDays: 90
  }
}
var tierName = readEnvironmentVariable('COMMERCE_TIER', 'dev')
var tier = tiers[tierName]

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', tierName)
param location = readEnvironmentVariable('AZURE_LOCATION', 'koreacentral')
param cosmosCapacity = tier.cosmosCapacity
param cosmosAutoscaleMaxThroughput = tier.cosmosAutoscaleMaxThroughput
param durableBackend = readEnvironmentVariable('COMMERCE_DURABLE_BACKEND', 'storage')
param instanceMemoryMB = tier.instanceMemoryMB
param maximumInstanceCount = tier.maximumInstanceCount
param alwaysReadyHttpInstances = tier.alwaysReadyHttpInstances
param zoneRedundant = tier.zoneRedundant
param logRetentionDays = tier.logRetentionDays
param dataPlatformUrl = readEnvironmentVariable('DATA_PLATFORM_URL', '')
param dataPlatformSigningKey = readEnvironmentVariable('DATA_PLATFORM_SIGNING_KEY', '')
param dataPlatformKeyRotation = bool(readEnvironmentVariable('DATA_PLATFORM_KEY_ROTATION', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
