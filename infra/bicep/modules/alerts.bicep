// What an operator must hear of. The runbook for each is in docs/operations.md under the alert's name.
param nameSuffix string
param location string
param tags object
param email string
param workspaceId string
param functionAppId string
param cosmosAccountId string
param serviceBusNamespaceId string
param queueName string

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${nameSuffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'commerce'
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var metricAlerts = [
  {
    name: 'dead-letters'
    description: 'A message is in the dead-letter queue: an order event could not even be taken over for redelivery.'
    severity: 1
    scope: serviceBusNamespaceId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: [{ name: 'EntityName', operator: 'Include', values: [queueName] }]
  }
  {
    name: 'server-errors'
    description: 'Requests end with a 5xx.'
    severity: 1
    scope: functionAppId
    namespace: 'Microsoft.Web/sites'
    metric: 'Http5xx'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 10
    dimensions: []
  }
  {
    name: 'throttled-requests'
    description: 'Cosmos DB answers 429: the throughput is used up, or one partition is hot.'
    severity: 2
    scope: cosmosAccountId
    namespace: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'TotalRequests'
    aggregation: 'Count'
    operator: 'GreaterThan'
    threshold: 100
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  }
]

resource metricRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: {
    name: '${alert.name}-${nameSuffix}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: alert.operator
            threshold: alert.threshold
            dimensions: alert.dimensions
          }
        ]
      }
      actions: [{ actionGroupId: operators.id }]
    }
  }
]

var queryAlerts = [
  {
    name: 'parked-deliveries'
    description: 'An order event was given up after 72 hours, or refused for good; it waits to be redelivered by hand.'
    severity: 2
    query: 'AppMetrics | where Name == "commerce.delivery.parked" | summarize Value = max(Max) by bin(TimeGenerated, 5m)'
    column: 'Value'
    window: 'PT15M'
  }
  {
    name: 'audit-difference'
    description: 'Ledger and balance, movements and stock, or an order and its books do not agree. Stands until an audit finds that they do.'
    severity: 0
    // What the last audit said, however long ago: silence does not resolve it.
    query: 'AppMetrics | where Name == "commerce.audit.differences" | summarize arg_max(TimeGenerated, Max) | project Value = Max'
    column: 'Value'
    window: 'P2D'
  }
  {
    name: 'audit-silence'
    description: 'For two days no round of the audit has come to its end, or the audit has not run at all for three hours.'
    severity: 1
    query: 'AppMetrics | where Name == "commerce.audit.age" | summarize Fresh = countif(Max < 172800) | project Value = iff(Fresh == 0, 1.0, 0.0)'
    column: 'Value'
    window: 'PT3H'
  }
  {
    name: 'failed-orchestrations'
    description: 'An orchestration ended as failed. Refusals are completions, so this is a defect or a broken deployment.'
    severity: 1
    query: 'union AppTraces, AppExceptions | extend State = tostring(Properties["prop__state"]) | where State == "Failed" | summarize Value = todouble(count()) by bin(TimeGenerated, 5m)'
    column: 'Value'
    window: 'PT15M'
  }
]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [
  for alert in queryAlerts: {
    name: '${alert.name}-${nameSuffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      // The tables appear with the first telemetry; a rule must be deployable before that.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: alert.column
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
