// Logs and metrics of everything else. Telemetry is sent with the app's identity; instrumentation keys alone do not open the door.
param workspaceName string
param applicationInsightsName string
param location string
param tags object
param retentionDays int
param identityName string
param principalId string

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, identityName, monitoringMetricsPublisher)
  scope: applicationInsights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output workspaceId string = workspace.id
@description('What `az monitor log-analytics query` asks for.')
output workspaceCustomerId string = workspace.properties.customerId
output applicationInsightsId string = applicationInsights.id
// An address and an id, not a credential: local authentication is off.
output applicationInsightsConnectionString string = applicationInsights.properties.ConnectionString
