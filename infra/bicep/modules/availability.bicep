// Asks from outside whether the shop is there: what nothing inside can tell.
param nameSuffix string
param location string
param tags object
param applicationInsightsId string
param actionGroupId string
param url string

resource test 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'ready-${nameSuffix}'
  location: location
  // Without this tag the portal does not show the test with its component.
  tags: union(tags, { 'hidden-link:${applicationInsightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'ready-${nameSuffix}'
    Name: 'ready'
    Enabled: true
    Kind: 'standard'
    Frequency: 300
    // An instance that has to start first is given time.
    Timeout: 60
    RetryEnabled: true
    Locations: [{ Id: 'apac-jp-kaw-edge' }, { Id: 'apac-sg-sin-azr' }, { Id: 'emea-nl-ams-azr' }]
    Request: { RequestUrl: url, HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource unavailable 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'unavailable-${nameSuffix}'
  location: 'global'
  tags: tags
  properties: {
    description: '/api/health/ready did not answer 200 to two of three places.'
    severity: 0
    enabled: true
    scopes: [test.id, applicationInsightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: test.id
      componentId: applicationInsightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: actionGroupId }]
  }
}
