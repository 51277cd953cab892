using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>The answer to <c>GET /</c>: one region, session consistency, and the limits of the query engine.</summary>
internal static class AccountDocument
{
    // A string that holds JSON, as clients expect it.
    private const string QueryEngineConfiguration =
        """
        {"maxSqlQueryInputLength":524288,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":0,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":0,"maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":false,"sqlAllowScalarSubQuery":false,"allowNewKeywords":true,"sqlAllowLike":false,"sqlAllowGroupByClause":false,"maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"sqlDisableQueryILOptimization":false,"sqlDisableFilterPlanOptimization":false,"sqlAllowTop":true,"enableSpatialIndexing":false,"clientDisableOptimisticDirectExecution":false}
        """;

    /// <summary>Names the gateway itself as the only place to read and write.</summary>
    public static GatewayResponse Answer(string endpoint) => new()
    {
        Status = 200,
        RequestCharge = RequestCharges.Metadata,
        Body = JsonText.Write(endpoint, (writer, address) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", "local");
            writer.WriteString("_rid", "local.invalid");
            writer.WriteString("_self", "");
            writer.WriteString("media", "//media/");
            writer.WriteString("addresses", "//addresses/");
            writer.WriteString("_dbs", "//dbs/");
            foreach (var list in (string[])["writableLocations", "readableLocations"])
            {
                writer.WriteStartArray(list);
                writer.WriteStartObject();
                writer.WriteString("name", "Local");
                writer.WriteString("databaseAccountEndpoint", address);
                writer.WriteEndObject();
                writer.WriteEndArray();
            }
            writer.WriteBoolean("enableMultipleWriteLocations", false);
            writer.WritePropertyName("userReplicationPolicy");
            writer.WriteRawValue("""{"asyncReplication":false,"minReplicaSetSize":1,"maxReplicasetSize":1}""");
            writer.WritePropertyName("userConsistencyPolicy");
            writer.WriteRawValue("""{"defaultConsistencyLevel":"Session"}""");
            writer.WritePropertyName("systemReplicationPolicy");
            writer.WriteRawValue("""{"minReplicaSetSize":1,"maxReplicasetSize":1}""");
            writer.WritePropertyName("readPolicy");
            writer.WriteRawValue("""{"primaryReadCoefficient":1,"secondaryReadCoefficient":1}""");
            writer.WriteString("queryEngineConfiguration", QueryEngineConfiguration.Trim());
            writer.WriteEndObject();
        }),
    };
}
