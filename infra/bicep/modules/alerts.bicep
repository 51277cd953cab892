// What an operator must hear of. The runbook for each is in docs/operations.md under the alert's name. Queries go by metrics and logs, of which
// none is left out; traces are sampled.
param nameSuffix string
param location string
param tags object
param email string
param workspaceId string
param cosmosAccountId string
param serviceBusNamespaceId string
param queueName string

@description('False for a stand-by, whose silence is no alarm.')
param isExpectedToRun bool

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

resource metricRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
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

@description('An alert on telemetry. What is left out: more than 0, at once, of the last quarter of an hour, looked at every five minutes.')
type QueryAlert = {
  name: string
  description: string
  @description('0 is the worst.')
  severity: int
  query: string
  @description('Of the query: what is compared with the threshold.')
  column: string
  operator: string?
  threshold: int?
  @description('What one evaluation looks at, and how far back its query reads where that is further.')
  window: string?
  lookBack: string?
  @description('Time between two evaluations, and how many in a row must find it.')
  every: string?
  periods: int?
  enabled: bool?
}

var requests = 'AppMetrics | where Name == "http.server.request.duration"'
var orderRequests = '${requests} and Properties["http.route"] in ("api/users/{userId}/orders", "api/users/{userId}/cart/checkout") and Properties["http.request.method"] == "POST"'

var queryAlerts QueryAlert[] = [
  {
    name: 'parked-deliveries'
    description: 'An order event was given up after 72 hours, or refused for good; it waits to be redelivered by hand.'
    severity: 2
    query: 'AppMetrics | where Name == "commerce.delivery.parked" | summarize Value = max(Sum) by bin(TimeGenerated, 5m)'
    column: 'Value'
  }
  {
    name: 'delivery-backlog'
    description: 'More than 10,000 order events wait for the data platform.'
    severity: 3
    query: 'AppMetrics | where Name == "commerce.delivery.waiting" | summarize Value = max(Sum) by bin(TimeGenerated, 5m)'
    column: 'Value'
    threshold: 10000
    periods: 3
  }
  {
    name: 'platform-down'
    description: 'The circuit breaker towards the data platform has been open for a quarter of an hour.'
    severity: 3
    query: 'AppMetrics | where Name == "commerce.delivery.breaker" | summarize Value = max(Sum) by bin(TimeGenerated, 5m)'
    column: 'Value'
    window: 'PT5M'
    periods: 3
  }
  {
    name: 'audit-difference'
    description: 'Ledger and balance, movements and stock, or an order and its books do not agree. Stands until an audit finds that they do.'
    severity: 0
    // What the last audit said, however long ago: silence does not resolve it.
    query: 'AppMetrics | where Name == "commerce.audit.differences" | summarize arg_max(TimeGenerated, Sum) | project Value = Sum'
    column: 'Value'
    window: 'P1D'
    lookBack: 'P2D'
    every: 'PT15M'
  }
  {
    // The age is told with each run, also by one that has not come to the end of its round.
    name: 'audit-missing'
    description: 'For two days no round of the audit has come to its end, or the audit has not run at all for three hours.'
    severity: 1
    query: 'AppMetrics | where Name == "commerce.audit.age" | summarize Fresh = countif(Sum < 172800) | project Value = iff(Fresh == 0, 1.0, 0.0)'
    column: 'Value'
    window: 'PT3H'
    every: 'PT15M'
  }
  {
    // Of the host, not of the app. Activities fail and are tried again; an orchestration that fails is over.
    name: 'failed-orchestrations'
    description: 'An orchestration ended as failed. Refusals are completions, so this is a defect or a broken deployment.'
    severity: 1
    query: 'union AppTraces, AppExceptions | where Properties["state"] == "Failed" and Properties["functionType"] == "Orchestrator" | summarize Value = todouble(count()) by bin(TimeGenerated, 5m)'
    column: 'Value'
  }
  {
    name: 'stuck-orders'
    description: 'The sweeper has started the same order three times within half an hour, and it is pending still.'
    severity: 1
    query: 'AppTraces | where Properties["CategoryName"] == "Commerce.Functions.Orders.OrderSweeper" | summarize Starts = count() by Order = tostring(Properties["OrderId"]) | where isnotempty(Order) | summarize Value = max(Starts)'
    column: 'Value'
    threshold: 2
    window: 'PT30M'
  }
  {
    name: 'late-orders'
    description: 'More than ten buyers in a quarter of an hour were answered 202: the outcome was not known in time.'
    severity: 2
    query: '${orderRequests} and Properties["http.response.status_code"] == "202" | summarize Value = sum(ItemCount)'
    column: 'Value'
    threshold: 10
  }
  {
    name: 'slow-orders'
    description: 'An order takes more than two seconds on average, for a quarter of an hour.'
    severity: 2
    query: '${orderRequests} | summarize Value = sum(Sum) / sum(ItemCount) by bin(TimeGenerated, 5m)'
    column: 'Value'
    threshold: 2
    window: 'PT5M'
    periods: 3
  }
  {
    name: 'server-errors'
    description: 'More than ten requests in five minutes ended with a 5xx.'
    severity: 1
    query: '${requests} and Properties["http.response.status_code"] startswith "5" | summarize Value = sum(ItemCount) by bin(TimeGenerated, 5m)'
    column: 'Value'
    threshold: 10
  }
  {
    name: 'telemetry-missing'
    description: 'Nothing was heard of the app for half an hour: it does not run, or what it sends does not arrive.'
    severity: 1
    query: 'AppMetrics | summarize Value = count()'
    column: 'Value'
    operator: 'LessThan'
    threshold: 1
    window: 'PT30M'
    enabled: isExpectedToRun
  }
]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in queryAlerts: {
    name: '${alert.name}-${nameSuffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      severity: alert.severity
      enabled: alert.?enabled ?? true
      scopes: [workspaceId]
      evaluationFrequency: alert.?every ?? 'PT5M'
      windowSize: alert.?window ?? 'PT15M'
      overrideQueryTimeRange: alert.?lookBack
      // The tables appear with the first telemetry; a rule must be deployable before that.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: alert.column
            timeAggregation: 'Maximum'
            operator: alert.?operator ?? 'GreaterThan'
            threshold: alert.?threshold ?? 0
            failingPeriods: {
              numberOfEvaluationPeriods: alert.?periods ?? 1
              minFailingPeriodsToAlert: alert.?periods ?? 1
            }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]

output actionGroupId string = operators.id
