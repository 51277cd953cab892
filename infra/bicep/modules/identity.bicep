// The one identity as which the app runs. Every right it has is given beside the resource it is a right to. Role assignments are named by
// the identity's name, which is known before anything is deployed: a preview can tell whether they are new.
param name string
param location string
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
