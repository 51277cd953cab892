using Commerce.Functions.Cosmos;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>What operators can see of the deliveries, and order.</summary>
public sealed class DeliveryOperatorFunctions(
    DeliveryStore store,
    DeliverySwitch deliverySwitch,
    RedeliveryStarter redelivery,
    IOptions<DataPlatformOptions> options,
    TimeProvider time)
{
    [Function("ListDeliveries")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/deliveries")] HttpRequest request)
    {
        var input = new RequestInput(request);
        var state = State(input);
        var page = input.Page(ListName(state));
        var after = input.TimeOf(page);
        if (input.Problem is { } problem)
            return problem;
        var found = await store.ListAsync(state, page.ReadMax, after, request.HttpContext.RequestAborted);
        var (items, next) = page.Cut(found, DeliveryView.Of, static delivery => Page.Position(DeliveryStore.PositionOf(delivery)));
        return Answers.Ok(new DeliveryList(items, next), DeliveryJson.Wire.DeliveryList);
    }

    [Function("GetDeliveryStatus")]
    public async Task<IResult> Status(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/deliveries/status")] HttpRequest request)
    {
        var ct = request.HttpContext.RequestAborted;
        return await StatusAsync(await deliverySwitch.RefreshAsync(ct), StatusCodes.Status200OK, ct);
    }

    [Function("ShowDelivery")]
    public async Task<IResult> Show(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/deliveries/{eventId}")] HttpRequest request,
        string eventId) =>
        await FindAsync(eventId, request.HttpContext.RequestAborted) is { } delivery
            ? Answers.Ok(DeliveryDetailView.Of(delivery), DeliveryJson.Wire.DeliveryDetailView, delivery.ETag)
            : Unknown(eventId);

    [Function("PostRedelivery")]
    public async Task<IResult> Redeliver(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/deliveries/{eventId}/redelivery")] HttpRequest request,
        string eventId,
        [DurableClient] DurableTaskClient durable)
    {
        var ct = request.HttpContext.RequestAborted;
        for (var races = 0; await FindAsync(eventId, ct) is { } delivery; races++)
        {
            var released = delivery.Released(time.GetUtcNow());
            if (await store.TryReplaceAsync(released))
            {
                await redelivery.WakeAsync(durable, ct);
                return new JsonAnswer<DeliveryDetailView>(
                    StatusCodes.Status202Accepted, DeliveryDetailView.Of(released), DeliveryJson.Wire.DeliveryDetailView);
            }
            await LostRaces.BackOffAsync(races, time);
        }
        return Unknown(eventId);
    }

    [Function("PostRedeliveries")]
    public Task<IResult> RedeliverParked(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/deliveries/redelivery")] HttpRequest request,
        [DurableClient] DurableTaskClient durable) =>
        OrderAsync(request, control => control with { ReleaseParkedUntil = time.GetUtcNow() }, durable, StatusCodes.Status202Accepted);

    // The redelivery need not hear of a pause: it checks before each event.
    [Function("PauseDeliveries")]
    public Task<IResult> Pause([HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/deliveries/pause")] HttpRequest request) =>
        OrderAsync(request, control => control with { IsPaused = true });

    [Function("ResumeDeliveries")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/deliveries/resume")] HttpRequest request,
        [DurableClient] DurableTaskClient durable) =>
        OrderAsync(request, DeliveryControl.Resumed, durable);

    private async Task<IResult> OrderAsync(
        HttpRequest request,
        Func<DeliveryControl, DeliveryControl> order,
        DurableTaskClient? wake = null,
        int status = StatusCodes.Status200OK)
    {
        var ct = request.HttpContext.RequestAborted;
        var control = await deliverySwitch.ChangeAsync(order, ct);
        if (wake is not null)
            await redelivery.WakeAsync(wake, ct);
        return await StatusAsync(control, status, ct);
    }

    private async Task<IResult> StatusAsync(DeliveryControl control, int status, CancellationToken ct)
    {
        var breakers = await store.OpenBreakersAsync(ct);
        var view = new DeliveryStatusView(
            options.Value.IsConfigured,
            control.IsPaused,
            control.PausedByPlatformUntil > time.GetUtcNow() ? control.PausedByPlatformUntil : null,
            breakers.Count > 0 ? "open" : "closed",
            [.. breakers.OrderBy(breaker => breaker.OpenSince).Select(OpenBreakerView.Of)],
            await store.CountAsync(DeliveryState.Waiting, ct),
            await store.CountAsync(DeliveryState.Parked, ct),
            await store.NextDueAsync(ct),
            control.ReleaseParkedUntil is not null);
        return new JsonAnswer<DeliveryStatusView>(status, view, DeliveryJson.Wire.DeliveryStatusView);
    }

    private Task<EventDelivery?> FindAsync(string eventId, CancellationToken ct) =>
        OrderEvents.IsEventId(eventId) ? store.FindAsync(eventId, ct) : Task.FromResult<EventDelivery?>(null);

    private static IResult Unknown(string eventId) => Answers.Problem(Failure.NotFound($"There is no delivery of an event '{eventId}'."));

    private static DeliveryState State(RequestInput input)
    {
        var text = input.Request.Query["state"].ToString();
        foreach (var state in Enum.GetValues<DeliveryState>())
        {
            if (DeliveryStore.NameOf(state) == text)
                return state;
        }
        input.Refuse("state", "must be one of waiting, parked, delivered");
        return DeliveryState.Waiting;
    }

    /// <summary>A cursor counts for the list of one state.</summary>
    private static string ListName(DeliveryState state) => $"deliveries-{state}";
}
