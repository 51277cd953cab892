using Commerce.Functions.Http;
using Commerce.Functions.Orders;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Delivery;

/// <summary>What the data platform is sent. No event is stored: each is made again from its order, and says the same.</summary>
public sealed class EventFunctions(OrderStore orders, DeliveryStore deliveries)
{
    private const string ContentType = "application/cloudevents+json; charset=utf-8";

    [Function("GetDeliveryEvent")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/deliveries/{eventId}/event")] HttpRequest request,
        string eventId)
    {
        var delivery = OrderEvents.IsEventId(eventId) ? await deliveries.FindAsync(eventId, request.HttpContext.RequestAborted) : null;
        if (delivery is null || await orders.FindAsync(delivery.UserId, delivery.OrderId) is not { } order)
            return Answers.Problem(Failure.NotFound($"There is no delivery of an event '{eventId}'."));
        request.HttpContext.Response.BeginJson(ContentType);
        return Results.Bytes(CloudEventFormat.Encode(OrderEvents.Event(delivery.EventType, order)), ContentType);
    }
}
