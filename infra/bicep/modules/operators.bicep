// What whoever is on call may do: what the steps of docs/operations.md need. Reading the shop's documents is granted beside the database
// (cosmosaccess.bicep). Provisioning, restoring and deleting stay with those who deploy.
param groupId string
param functionAppName string
param vaultName string
param serviceBusNamespaceName string

var roles = {
  // Metrics, logs, alerts, the workbook, and that things exist.
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  // Stop and start the app; read and change its function keys. Settings and code come with it: no built-in role has the one without the other.
  websiteContributor: 'de139f84-1756-47ae-9be6-808fbbe84772'
  // Look at dead letters and take them away, and send them again.
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  // Change signing keys.
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: serviceBusNamespaceName

  resource queue 'queues' existing = {
    name: 'order-events'
  }
}

resource onGroup 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, groupId, roles.reader)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.reader)
    principalId: groupId
    principalType: 'Group'
  }
}

resource onApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(app.id, groupId, roles.websiteContributor)
  scope: app
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.websiteContributor)
    principalId: groupId
    principalType: 'Group'
  }
}

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, groupId, roles.keyVaultSecretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsOfficer)
    principalId: groupId
    principalType: 'Group'
  }
}

resource onQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.serviceBusDataReceiver, roles.serviceBusDataSender]: {
    name: guid(namespace::queue.id, groupId, role)
    scope: namespace::queue
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: groupId
      principalType: 'Group'
    }
  }
]
