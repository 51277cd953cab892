using LocalPlatform.Cosmos.Queries.Sql;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>
/// Answers a query plan request. With one range the gateway evaluates the query whole, and the plan says that nothing is left
/// for the client to do; with more, or if so configured, the plan is a genuine one.
/// </summary>
internal static class PlanResponse
{
    private static readonly GatewayResponse NothingToDo = Answer(new QueryPlan());

    public static GatewayResponse For(CosmosStore store, ContainerState container, QueryBody body)
    {
        try
        {
            QueryPlanner.Check(body.Prepared.Query);
            if (container.Ranges.Count == 1 && !store.Options.GenuineQueryPlans)
                return NothingToDo;
            return Answer(QueryPlanner.Plan(body.Prepared, new SqlContext(body.Parameters, store.Time.GetUtcNow())));
        }
        catch (SqlException refusal)
        {
            return GatewayResponse.BadRequest(refusal.Message);
        }
    }

    private static GatewayResponse Answer(QueryPlan plan) => new()
    {
        Status = 200,
        Body = JsonText.Write(plan, (writer, p) => p.WriteTo(writer)),
        RequestCharge = RequestCharges.Metadata,
    };
}
