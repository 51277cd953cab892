// One page to look at in an incident: what buyers see, what waits, what the alerts speak of.
param location string
param tags object
param workspaceId string

// Its name has to be a GUID; the same one at each deployment.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'commerce')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Commerce'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string(loadJsonContent('workbook.json'))
  }
}
