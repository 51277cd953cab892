using System.Text.Json;
using Commerce.Load.Http;

namespace Commerce.Load.Outage;

/// <summary>What the shop's orchestrations look like from outside, through the management routes of Durable Functions.</summary>
internal static class TaskHub
{
    private const string Instances = "runtime/webhooks/durabletask/instances";
    private const string Redelivery = "redelivery";

    /// <summary>
    /// How many orchestrations have not ended (1,000 stands for that and more), and the length of the redelivery's history.
    /// </summary>
    public static async Task<(int Active, int RedeliveryHistory)> LookAsync(ShopApi shop, CancellationToken cancellationToken)
    {
        var active = await ReadAsync(shop, $"{Instances}?runtimeStatus=Pending,Running&top=1000", cancellationToken);
        var isRedelivering = active.EnumerateArray().Any(instance => instance.GetProperty("instanceId").GetString() == Redelivery);
        if (!isRedelivering)
            return (active.GetArrayLength(), 0);
        var redelivery = await ReadAsync(shop, $"{Instances}/{Redelivery}?showHistory=true", cancellationToken);
        return (active.GetArrayLength(), redelivery.GetProperty("historyEvents").GetArrayLength());
    }

    private static Task<JsonElement> ReadAsync(ShopApi shop, string path, CancellationToken cancellationToken) =>
        shop.GetAsync(path, DeliveryJson.Default.JsonElement, cancellationToken, forOperator: true);
}
