using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Commerce.Load.Tests.Fakes;

/// <summary>
/// The shop's deliveries and the mock receiver at their end: each paid order's event arrives when somebody looks, unless the platform is
/// told to misbehave. With ways to lose events and to invent them.
/// </summary>
internal sealed class FakeDataPlatform(FakeBook book)
{
    private const int AttemptsOfAnOutage = 3;
    private readonly Lock _lock = new();
    private readonly List<(string Id, DateTimeOffset At)> _received = [];
    private bool _isDown;
    private int _failed;
    private int _taken;

    /// <summary>How it was told to behave, one after the other.</summary>
    public List<string> Behaviours { get; } = [];

    /// <summary>How many events waited at the end of each outage.</summary>
    public List<int> WaitingAtReturn { get; } = [];

    /// <summary>Every so many-th event never arrives; 0: all do.</summary>
    public int LosesEvery { get; set; }

    /// <summary>Every so many-th event arrives under a second id, too; 0: none does.</summary>
    public int RenamesEvery { get; set; }

    public void Map(WebApplication app)
    {
        app.MapGet("/local/webhooks/data-platform", (long cursor, int limit) => Page((int)cursor, limit));
        app.MapPut("/local/webhooks/data-platform/behaviour", async (HttpRequest request) =>
            Behave(await new StreamReader(request.Body).ReadToEndAsync()));
        app.MapGet("/api/ops/deliveries/status", () =>
            Results.Json(new { breaker = _isDown ? "open" : "closed", waiting = Waiting(), parked = 0 }));
        app.MapGet("/runtime/webhooks/durabletask/instances", () =>
            Results.Json(new[] { new { instanceId = "redelivery", runtimeStatus = "Running" } }));
        app.MapGet("/runtime/webhooks/durabletask/instances/redelivery", () => Results.Json(new { historyEvents = new[] { 1, 2, 3 } }));
    }

    private IResult Behave(string behaviour)
    {
        lock (_lock)
        {
            Receive();
            Behaviours.Add(behaviour);
            var wasDown = _isDown;
            _isDown = behaviour != "{}";
            if (wasDown && !_isDown)
                WaitingAtReturn.Add(book.PaidIds.Count - _taken);
            _failed += _isDown ? AttemptsOfAnOutage : 0;
            return Results.Json(JsonNode.Parse(behaviour));
        }
    }

    private int Waiting()
    {
        lock (_lock)
        {
            Receive();
            return book.PaidIds.Count - _taken;
        }
    }

    private IResult Page(int cursor, int limit)
    {
        lock (_lock)
        {
            Receive();
            var items = _received.Skip(cursor).Take(limit).Select((received, index) => new
            {
                sequence = cursor + index + 1,
                id = received.Id,
                receivedAt = received.At,
                body = new { data = new { paidAt = received.At.AddMilliseconds(-2) } },
            });
            return Results.Json(new { accepted = _received.Count, duplicates = 0, rejected = 0, failed = _failed, items });
        }
    }

    private void Receive()
    {
        var paid = book.PaidIds;
        for (; !_isDown && _taken < paid.Count; _taken++)
        {
            if (LosesEvery == 0 || (_taken + 1) % LosesEvery != 0)
                _received.Add(($"{paid[_taken]}.paid", DateTimeOffset.UtcNow));
            if (RenamesEvery > 0 && (_taken + 1) % RenamesEvery == 0)
                _received.Add(($"{paid[_taken]}-again.paid", DateTimeOffset.UtcNow));
        }
    }
}
