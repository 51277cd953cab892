// Who may read and write the shop's data. Apart from the account, which may belong to another environment (a stand-by uses the first one's).
param accountName string
param identityName string
param principalId string
param operatorsGroupId string

var databaseName = 'commerce'
var dataReader = '00000000-0000-0000-0000-000000000001'
var dataContributor = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: accountName
}

resource app 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = {
  parent: account
  name: guid(account.id, identityName, dataContributor)
  properties: {
    principalId: principalId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributor}'
    // Documents of this one database; the app cannot create or drop containers.
    scope: '${account.id}/dbs/${databaseName}'
  }
}

// Whoever is on call may look at an order's documents, and change none.
resource operators 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = if (!empty(operatorsGroupId)) {
  parent: account
  name: guid(account.id, operatorsGroupId, dataReader)
  properties: {
    principalId: operatorsGroupId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataReader}'
    scope: '${account.id}/dbs/${databaseName}'
  }
}

output accountId string = account.id
output accountName string = account.name
output endpoint string = account.properties.documentEndpoint
