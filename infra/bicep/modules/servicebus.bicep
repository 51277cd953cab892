// Carries order events from the orchestration to the function that delivers them.
param namespaceName string
param location string
param tags object
param privateNetwork bool
param identityName string
param principalId string
param workspaceId string

// Sends, receives, and lets the scale controller read the queue's length. Sender and receiver alone would do for the app, but without the
// length the controller adds one instance at a time.
var dataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'

// Private endpoints are a matter of the Premium tier.
var tier = privateNetwork ? 'Premium' : 'Standard'

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: { name: tier, tier: tier, capacity: privateNetwork ? 1 : null }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
  }

  resource queue 'queues' = {
    // The name in the trigger and the output binding; a test compares it.
    name: 'order-events'
    properties: {
      lockDuration: 'PT1M'
      maxDeliveryCount: 10
      deadLetteringOnMessageExpiration: true
      // No message expires unseen: after 14 days it is in the dead-letter queue, which an alert watches.
      defaultMessageTimeToLive: 'P14D'
      maxSizeInMegabytes: 5120
    }
  }
}

resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::queue.id, identityName, dataOwner)
  scope: namespace::queue
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwner)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// There is no newer version of this type that has these fields.
#disable-next-line use-recent-api-versions
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
  }
}

output namespaceId string = namespace.id
output namespaceName string = namespace.name
output host string = '${namespace.name}.servicebus.windows.net'
output queueName string = namespace::queue.name
