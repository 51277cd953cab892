using Commerce.Scale.Model;

namespace Commerce.Scale.Plan;

/// <summary>Everything in a deployment that an order uses and that has an end.</summary>
internal sealed class Resources(CostModel model, Traffic traffic, Deployment deployment)
{
    private const string ToScheduler = "`COMMERCE_DURABLE_BACKEND=scheduler`";
    private const string MoreInstances = "raise `maximumInstanceCount`, and the region's quota";

    private readonly OrderCost _cost = new(model, traffic);
    private readonly AuditLoad _audit = new(model, traffic);

    /// <summary>All of them; the first that is used up comes first.</summary>
    public IReadOnlyList<Resource> All() =>
    [
        .. Database().Concat([Audit(), Product(), Buyer(), Delivery()]).Concat(Durable()).Append(Messages()).Concat(App())
            .OrderBy(static resource => resource.HitAt()),
    ];

    private double PartitionRuPerSecond =>
        deployment.Tier.Serverless ? model.Limits.ServerlessRuPerSecond : model.Limits.PartitionRuPerSecond;

    private IEnumerable<Resource> Database() => deployment.Tier.Serverless
        ? new[] { OrderCost.Accounts, OrderCost.Catalog, OrderCost.Deliveries }.Select(container => new Resource(
            $"Cosmos DB serverless, `{container}`", "RU/s", model.Limits.ServerlessRuPerSecond,
            rate => _cost.RuPerSecond(container, rate) + AuditRuPerSecond(container), "`COMMERCE_TIER=prod`: autoscale"))
        : [new Resource(
            "Cosmos DB, all containers", "RU/s", deployment.Tier.AutoscaleRuPerSecond,
            rate => OrderCost.Containers.Sum(container => _cost.RuPerSecond(container, rate)) + model.Limits.AuditRuPerSecondAtWork,
            "raise `cosmosAutoscaleMaxThroughput`")];

    /// <summary>At work it reads the one container or the other at its full speed.</summary>
    private double AuditRuPerSecond(string container) =>
        container is OrderCost.Accounts or OrderCost.Catalog ? model.Limits.AuditRuPerSecondAtWork : 0;

    private Resource Audit() => new(
        "the audit's request units", "RU/s in the mean of a day", model.Limits.AuditRuPerSecond, _audit.FollowRuPerSecond,
        "raise `Audit:RequestUnitsPerSecond`");

    private Resource Product() => new(
        "the most popular product's partition", "sales/s",
        Wall.SalesPerSecond(model, model.BatchLinesMax, traffic.ReadsPerSale, PartitionRuPerSecond),
        rate => rate * traffic.HotShare, "sharded stock, see `flash-sale --shards`");

    private Resource Buyer() => new(
        "a buyer's partition", "RU/s", PartitionRuPerSecond,
        rate => _cost.RuPerSecond(OrderCost.Accounts, rate) / traffic.Buyers, "no person orders so fast: `RateLimits:OrdersPerMinute`");

    private Resource Delivery() => new(
        "a partition of the deliveries", "RU/s", PartitionRuPerSecond,
        rate => _cost.RuPerSecond(OrderCost.Deliveries, rate) / model.Limits.DeliveryShards,
        "raise `EventDelivery.ShardCount`, and move what is there");

    private IEnumerable<Resource> Durable()
    {
        var (work, limits) = (model.Work, model.Limits);
        if (deployment.Backend == DurableBackend.Scheduler)
        {
            yield return new(
                "Durable Task Scheduler", "actions/s", deployment.Tier.SchedulerActionsPerSecond, rate => rate * work.DurableActions,
                deployment.Tier.Serverless ? "`COMMERCE_TIER=prod`: `Dedicated`" : "several schedulers; one has three units at most");
            yield break;
        }
        yield return new(
            "Durable's storage account", "requests/s", limits.StorageRequestsPerSecond,
            work.StorageRequestsPerSecond, ToScheduler);
        yield return new(
            "Durable's work-item queue", "messages/s", limits.StorageQueueMessagesPerSecond,
            rate => rate * work.DurableWorkItemMessages, ToScheduler);
    }

    private Resource Messages() => new(
        "Service Bus Standard", "operations/s", model.Limits.ServiceBusCreditsPerSecond, rate => rate * model.Work.ServiceBusOperations,
        "Premium: `COMMERCE_PRIVATE_NETWORK=true`");

    private IEnumerable<Resource> App()
    {
        var tier = deployment.Tier;
        var instances = Math.Min(tier.Instances, model.Limits.RegionMemoryGb / tier.InstanceGb);
        yield return new(
            "processors of the instances", "cores", instances * tier.InstanceCores, rate => rate * _cost.CpuMs / 1000, MoreInstances);
        foreach (var group in model.Groups.All)
        {
            yield return new(
                $"places for {group.Name}", "places", instances * group.Places, rate => rate * group.Seconds, MoreInstances);
        }
    }
}
