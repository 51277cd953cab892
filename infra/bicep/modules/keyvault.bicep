// Holds the webhook signing keys. Two secrets, so that a new key can be used before the old one is taken away.
param name string
param location string
param tags object
param principalId string
param workspaceId string

@description('Current signing key; empty leaves the secret as it is.')
@secure()
param signingKey string

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretNames = ['data-platform-signing-key-current', 'data-platform-signing-key-previous']

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
  }
}

resource currentKey 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(signingKey)) {
  parent: vault
  name: secretNames[0]
  properties: {
    value: signingKey
    contentType: 'Standard Webhooks signing key (whsec_...)'
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Addresses of the secrets, not the secrets.')
output signingKeySecretUris array = [for secret in secretNames: '${vault.properties.vaultUri}secrets/${secret}']
